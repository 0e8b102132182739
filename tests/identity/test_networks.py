"""A provider behind the authority's own proxy, or its own certificate authority."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dataspace import db
from dataspace.app import create_app
from dataspace.config import Settings
from tests.conftest import settings_for
from tests.identity.hostile import CLIENT_ID, Hostile, provider
from tests.identity.travel import Traveller
from tests.site import Site, Visitor


class TestBehindAProxy:
    @pytest.fixture
    def settings(self, engine_url: str, tmp_path: Path, hostile: Hostile) -> Settings:
        proxy, hostile.issuer = hostile.issuer, "http://idp.valmer.example"
        changes = {"oidc_issuer": hostile.issuer, "oidc_client_id": CLIENT_ID, "http_proxy": proxy}
        return settings_for(engine_url, tmp_path).model_copy(update=changes)

    def test_every_call_goes_through_it(self, awa: Traveller, hostile: Hostile) -> None:
        awa.sign_in()
        assert awa.is_signed_in
        assert {"/token", "/keys", "/userinfo"} <= set(hostile.asked)


@pytest.mark.usefixtures("hostile")
def test_the_proxy_of_the_environment_is_not_ours(awa: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    awa.sign_in()
    assert awa.is_signed_in


class TestPrivateAuthority:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        """A certificate for 127.0.0.1 that no public authority knows, with its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité de Valmer")])
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(db.now() - timedelta(days=1))
            .not_valid_after(db.now() + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .sign(key, hashes.SHA256())
        )
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path = tmp_path / "valmer.pem"
        path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
        return path

    @pytest.fixture
    def hostile(self, certificate: Path) -> Iterator[Hostile]:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        with provider(tls) as made:
            yield made

    @pytest.fixture
    def settings(self, engine_url: str, tmp_path: Path, hostile: Hostile, certificate: Path) -> Settings:
        changes = {"oidc_issuer": hostile.issuer, "oidc_client_id": CLIENT_ID, "ca_bundle": certificate}
        return settings_for(engine_url, tmp_path).model_copy(update=changes)

    def test_it_is_trusted_when_configured(self, awa: Traveller) -> None:
        awa.sign_in()
        assert awa.is_signed_in

    def test_it_is_not_otherwise(self, settings: Settings) -> None:
        app = create_app(settings.model_copy(update={"ca_bundle": None}))
        Visitor(app).get("/connexion", status=503)
        app.extensions["engine"].dispose()


@pytest.mark.parametrize("weak", ["none", "HS256"])
def test_a_weak_algorithm_is_refused_at_the_start(settings: Settings, weak: str) -> None:
    with pytest.raises(ValueError, match=weak):
        create_app(settings.model_copy(update={"oidc_algorithms": ("RS256", weak)}))


def test_without_a_provider_nobody_signs_in_and_the_page_says_so(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"oidc_issuer": ""}))
    page = Site(app).nobody.get("/connexion", status=503)
    assert "Aucun service d’identité n’est configuré" in page.main
    app.extensions["engine"].dispose()
