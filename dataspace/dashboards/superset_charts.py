"""Our boards in Superset's own words: the form and query of each chart, and the page's layout."""

import json
from collections.abc import Iterator, Mapping

from dataspace.dashboards.boards import Board, Chart, Choice, Measure
from dataspace.dashboards.superset_rest import Json

COLOURS = "dataspace"
# Heights in Superset's grid unit of 8 px.
HEIGHTS = {"big_number": 18, "bar": 46, "line": 46, "table": 46}
TWELFTHS = 12
MONTH, MONTH_IN_FULL, DAY = "%b %y", "%B %Y", "%d/%m/%Y"


def chart(spec: Chart, dataset_id: int) -> Json:
    """Body of POST or PUT /api/v1/chart/: the form that the page edits, and the query it runs."""
    viz_type, form, query = _drawn(spec)
    form |= {
        "viz_type": viz_type,
        "datasource": f"{dataset_id}__table",
        "adhoc_filters": _where(spec),
        "row_limit": spec.limit,
        "color_scheme": COLOURS,
    }
    query |= {"filters": [], "extras": {"where": f"({spec.where})"} if spec.where else {}, "row_limit": spec.limit}
    context = {
        "datasource": {"id": dataset_id, "type": "table"},
        "force": False,
        "queries": [query],
        "form_data": form,
        "result_format": "json",
        "result_type": "full",
    }
    return {
        "slice_name": spec.title,
        "viz_type": viz_type,
        "datasource_id": dataset_id,
        "datasource_type": "table",
        "params": json.dumps(form),
        # Without a stored query, later versions refuse a guest: "cannot modify chart payload".
        "query_context": json.dumps(context),
    }


def layout(board: Board, chart_ids: Mapping[str, int]) -> Json:
    """The page: rows of twelve columns, filled in the order of the charts, the note last."""
    page: Json = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": board.title}},
    }
    rows = [[_cell(f"CHART-{spec_id}", "CHART", spec.width, HEIGHTS[spec.kind], chartId=spec_id, sliceName=spec.title)
             for spec, spec_id in row] for row in _rows(board, chart_ids)]  # fmt: skip
    if board.note:
        rows.append([_cell("MARKDOWN-note", "MARKDOWN", TWELFTHS, 8, code=board.note)])
    names = []
    for number, row in enumerate(rows, start=1):
        name = f"ROW-{number}"
        names.append(name)
        parents = ["ROOT_ID", "GRID_ID", name]
        page |= {cell["id"]: {**cell, "parents": parents} for cell in row}
        page[name] = {
            "type": "ROW",
            "id": name,
            "children": [cell["id"] for cell in row],
            "parents": parents[:-1],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
    page["GRID_ID"] = {"type": "GRID", "id": "GRID_ID", "children": names, "parents": ["ROOT_ID"]}
    return page


def metadata(board: Board, dataset_ids: Mapping[str, int]) -> Json:
    """The dashboard's own settings: colours, and its lists of choice in one line above the charts."""
    return {
        "color_scheme": COLOURS,
        "cross_filters_enabled": False,
        "filter_bar_orientation": "HORIZONTAL",
        "native_filter_configuration": [_choice(each, dataset_ids[each.table]) for each in board.choices],
    }


def _drawn(spec: Chart) -> tuple[str, Json, Json]:
    """Superset's kind of chart, the form proper to it, and its query."""
    if spec.kind == "table":
        return "table", *_table(spec)
    if spec.kind == "big_number":
        return ("big_number", *_trend(spec)) if spec.by else ("big_number_total", *_number(spec))
    return ("echarts_timeseries_line" if spec.kind == "line" else "echarts_timeseries_bar"), *_axes(spec)


def _axes(spec: Chart) -> tuple[Json, Json]:
    metrics = [_metric(measure) for measure in spec.measures]
    split = [spec.series] if spec.series else []
    is_ranking = spec.kind == "bar" and not spec.grain
    has_legend = bool(split) or len(metrics) > 1
    first = spec.measures[0]
    form: Json = {
        "x_axis": spec.by,
        "metrics": metrics,
        "groupby": split,
        "y_axis_format": first.format,
        "x_axis_time_format": MONTH,
        "tooltipTimeFormat": MONTH_IN_FULL,
        "rich_tooltip": True,
        "show_legend": has_legend,
        "legendType": "plain",
        "legendOrientation": "top",
        "truncateYAxis": spec.kind == "line",
        "y_axis_bounds": [None, None],
        "markerEnabled": False,
        "zoomable": False,
        "order_desc": True,
    }
    if spec.grain:
        form["time_grain_sqla"] = spec.grain
    if spec.is_stacked:
        form["stack"] = "Stack"
    if is_ranking:
        # Longest bar at the top (this axis is drawn upwards), its figure beside it.
        form |= {"orientation": "horizontal", "x_axis_sort": first.label, "x_axis_sort_asc": True}
        form["show_value"] = not spec.is_stacked
    labels = [measure.label for measure in spec.measures]
    pivot: Json = {
        "index": [spec.by],
        "columns": split,
        "aggregates": {label: {"operator": "mean"} for label in labels},
    }
    steps: list[Json] = [{"operation": "pivot", "options": {**pivot, "drop_missing_columns": False}}]
    if is_ranking and not split:
        steps.append({"operation": "sort", "options": {"by": first.label, "ascending": True}})
    query = {
        "columns": [_axis(spec), *split],
        "series_columns": split,
        "metrics": metrics,
        "orderby": [[metrics[0], False]],
        "post_processing": [*steps, {"operation": "flatten"}],
    }
    return form, query


def _table(spec: Chart) -> tuple[Json, Json]:
    metrics = [_metric(measure) for measure in spec.measures]
    columns = list(spec.columns) or [spec.by]
    orderby = [[metrics[0], False]] if metrics else []
    form = {
        "query_mode": "aggregate",
        "groupby": columns,
        "metrics": metrics,
        "order_desc": True,
        "server_pagination": False,
        "page_length": 0,
        "include_search": False,
        "show_cell_bars": False,
        "color_pn": False,
        "table_timestamp_format": MONTH_IN_FULL if spec.grain else DAY,
        "column_config": {measure.label: {"d3NumberFormat": measure.format} for measure in spec.measures},
    }
    return form, {"columns": columns, "metrics": metrics, "orderby": orderby, "post_processing": []}


def _number(spec: Chart) -> tuple[Json, Json]:
    metric = _metric(spec.measures[0])
    form = {
        "metric": metric,
        "y_axis_format": spec.measures[0].format,
        "header_font_size": 0.4,
        "subtitle": spec.compare_label,
    }
    return form, {"columns": [], "metrics": [metric], "orderby": []}


def _trend(spec: Chart) -> tuple[Json, Json]:
    measure = spec.measures[0]
    metric = _metric(measure)
    form = {
        "metric": metric,
        "x_axis": spec.by,
        "time_grain_sqla": spec.grain,
        "aggregation": "LAST_VALUE",
        "compare_lag": spec.compare or "",
        "compare_suffix": spec.compare_label,
        "show_timestamp": False,
        "show_trend_line": False,
        "start_y_axis_at_zero": False,
        "time_format": MONTH_IN_FULL,
        "y_axis_format": measure.format,
        "header_font_size": 0.4,
        "subheader_font_size": 0.15,
        "rolling_type": "None",
    }
    pivot = {"index": [spec.by], "columns": [], "aggregates": {measure.label: {"operator": "mean"}}}
    steps = [{"operation": "pivot", "options": {**pivot, "drop_missing_columns": True}}, {"operation": "flatten"}]
    return form, {"columns": [_axis(spec)], "metrics": [metric], "orderby": [], "post_processing": steps}


def _metric(measure: Measure) -> Json:
    return {
        "expressionType": "SQL",
        "sqlExpression": f'{measure.aggregate}("{measure.column}")',
        "label": measure.label,
        "optionName": f"metric_{measure.aggregate.lower()}_{measure.column}",
        "hasCustomLabel": True,
    }


def _axis(spec: Chart) -> Json:
    axis: Json = {"columnType": "BASE_AXIS", "sqlExpression": spec.by, "label": spec.by, "expressionType": "SQL"}
    return axis | {"timeGrain": spec.grain} if spec.grain else axis


def _where(spec: Chart) -> list[Json]:
    if not spec.where:
        return []
    return [{"expressionType": "SQL", "sqlExpression": spec.where, "clause": "WHERE", "isExtra": False}]


def _choice(choice: Choice, dataset_id: int) -> Json:
    return {
        "id": f"NATIVE_FILTER-{choice.table}-{choice.column}",
        "name": choice.label,
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "description": "",
        "targets": [{"datasetId": dataset_id, "column": {"name": choice.column}}],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": []},
        "cascadeParentIds": [],
        "controlValues": {
            "multiSelect": True,
            "enableEmptyFilter": False,
            "defaultToFirstItem": False,
            "inverseSelection": False,
            "searchAllOptions": False,
            "sortAscending": True,
        },
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
    }


def _rows(board: Board, chart_ids: Mapping[str, int]) -> Iterator[list[tuple[Chart, int]]]:
    row: list[tuple[Chart, int]] = []
    for spec in board.charts:
        if sum(other.width for other, _ in row) + spec.width > TWELFTHS:
            yield row
            row = []
        row.append((spec, chart_ids[spec.title]))
    if row:
        yield row


def _cell(name: str, kind: str, width: int, height: int, **meta: object) -> Json:
    return {"type": kind, "id": name, "children": [], "meta": {**meta, "width": width, "height": height}}
