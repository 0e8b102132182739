"""Small secrets kept at rest, unreadable without the installation's secret key."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def seal(secret_key: str, text: str) -> bytes:
    """`text`, encrypted and authenticated."""
    return _fernet(secret_key).encrypt(text.encode())


def unseal(secret_key: str, sealed: bytes) -> str | None:
    """What was sealed, or None when the key is another one or the bytes were touched."""
    try:
        return _fernet(secret_key).decrypt(sealed).decode()
    except InvalidToken:
        return None


def _fernet(secret_key: str) -> Fernet:
    # A key of its own: the one that signs cookies must not encrypt.
    derived = HKDF(SHA256(), length=32, salt=None, info=b"dataspace at rest").derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
