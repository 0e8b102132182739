"""What the limit says to the database, as its parts are written by hand."""

KINDS = "('dataset', 'report', 'application', 'service', 'api')"
CARD = "a.id, a.public_id, a.kind, a.unit_id, a.theme_id, a.sensitivity, a.protection, a.state, a.title, a.summary, a.updated"
SESSION = """
SELECT s.created, s.seen, s.public_id, p.id, p.public_id, p.login, p.given_name, p.family_name, p.kind, m.unit_id, m.areas,
       (SELECT version FROM stamp WHERE name = 'units')
FROM auth_session s JOIN person p ON p.id = s.person_id
LEFT JOIN membership m ON m.person_id = p.id AND m.starts <= :now AND (m.ends IS NULL OR m.ends > :now)
WHERE s.handle_hash = :handle AND p.is_active ORDER BY m.quota DESC, m.id"""
HELD = """
SELECT g.role, g.unit_id, g.with_services, g.asset_id FROM access_grant g
WHERE g.person_id = :person AND g.revoked_at IS NULL AND g.starts <= :now AND (g.ends IS NULL OR g.ends > :now)
UNION ALL
SELECT g.role, g.unit_id, g.with_services, g.asset_id FROM access_grant g
WHERE {above} AND g.revoked_at IS NULL AND g.starts <= :now AND (g.ends IS NULL OR g.ends > :now)
UNION ALL
SELECT g.role, g.unit_id, g.with_services, g.asset_id FROM access_grant g
JOIN person_group pg ON pg.name = g.group_name
WHERE pg.person_id = :person AND g.revoked_at IS NULL AND g.starts <= :now AND (g.ends IS NULL OR g.ends > :now)
UNION ALL
SELECT g.role, g.unit_id, g.with_services, g.asset_id FROM access_grant g
JOIN usage us ON us.id = g.usage_id AND us.starts <= :now AND us.ends > :now
JOIN usage_member um ON um.usage_id = us.id AND um.starts <= :now AND um.ends > :now
WHERE um.person_id = :person AND g.revoked_at IS NULL AND g.starts <= :now AND (g.ends IS NULL OR g.ends > :now)"""
DENIED = "SELECT asset_id, theme_id FROM denial WHERE person_id = :person AND starts <= :now AND (ends IS NULL OR ends > :now)"
SQLITE_CELLS = """cells AS MATERIALIZED (SELECT json_extract(value, '$[0]') AS unit, json_extract(value, '$[1]') AS seen,
 json_extract(value, '$[2]') AS readable FROM json_each(:cells))"""
POSTGRESQL_CELLS = "cells AS (SELECT * FROM unnest(:units, :seen, :readable) AS c (unit, seen, readable))"
COUNTED = """counted AS MATERIALIZED (
 SELECT c.unit_id, c.theme_id, c.kind, c.sensitivity, CASE WHEN c.card_sensitivity <= seen THEN n ELSE 0 END AS seen,
        CASE WHEN c.sensitivity <= readable AND NOT c.is_protected THEN n ELSE 0 END AS readable
 FROM cells {cross} JOIN asset_count c ON c.unit_id = unit WHERE c.state <> 'draft' AND c.kind IN {kinds}
 UNION ALL
 SELECT a.unit_id, a.theme_id, a.kind, a.sensitivity, CASE WHEN a.card_sensitivity > coalesce(seen, -1) THEN 1 ELSE 0 END,
        CASE WHEN a.sensitivity > coalesce(readable, -1) OR a.protection <> 'none' THEN 1 ELSE 0 END
 FROM asset a LEFT JOIN cells ON unit = a.unit_id WHERE {named} AND a.state <> 'draft' AND a.kind IN {kinds})"""
