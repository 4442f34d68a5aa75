"""Content Credentials: signed last, by a key made here, and read back by the library."""

import datetime
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorizer import pipeline
from colorizer.archive.records.provenance import read_sidecar, sidecar_of
from colorizer.archive.records.signing import Signing
from colorizer.errors import SettingsError, TargetError
from colorizer.files.checksum import file_hash
from colorizer.jobs import Job, Kind
from colorizer.settings import Settings
from tests import drawn
from tests.tiny_model import tiny_model

c2pa = pytest.importorskip("c2pa")
pytest.importorskip("cryptography")


def write_key(folder: Path) -> tuple[Path, Path]:
    """Write a certificate that hangs on one made here, and its P-256 key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def name(text):
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test archive"),
                x509.NameAttribute(NameOID.COMMON_NAME, text),
            ]
        )

    now = datetime.datetime.now(datetime.UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def certificate(subject, public, ca):
        usage = dict.fromkeys(
            (
                "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
            ),
            False,
        )  # fmt: skip
        usage["key_cert_sign" if ca else "digital_signature"] = True
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
        made = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("root"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(identifier, critical=False)
        )
        if not ca:
            made = made.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
            )
        return made.sign(root_key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    chain = [certificate("signer", key.public_key(), False)]
    chain.append(certificate("root", root_key.public_key(), True))
    certificates, private = folder / "signer.pem", folder / "signer.key"
    certificates.write_bytes(b"".join(one.public_bytes(pem) for one in chain))
    private.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificates, private


@pytest.fixture
def signer(tmp_path):
    return write_key(tmp_path)


def settings(signer, **more) -> Settings:
    return Settings(size=64, c2pa_certificate=signer[0], c2pa_key=signer[1], **more)


def signed(path: Path) -> dict:
    """Return the active manifest of a file whose hashes and signature hold."""
    with c2pa.Reader(str(path)) as reader:
        told = json.loads(reader.json())
    faults = {
        item["code"]
        for item in told.get("validation_status", [])
        if item["code"] != "signingCredential.untrusted"
    }
    assert not faults
    return told["manifests"][told["active_manifest"]]


@pytest.mark.matrix
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_a_signed_photo_says_what_was_done_and_to_what(tmp_path, signer, suffix):
    source = drawn.photo(tmp_path / f"a.{suffix}")
    job = Job(source, tmp_path / f"b.{suffix}", Kind.PHOTO, settings(signer))
    plain = Job(source, tmp_path / f"c.{suffix}", Kind.PHOTO, Settings(size=64))
    for one in (job, plain):
        list(pipeline.run(one, tiny_model()))
    told = signed(job.target)
    assert told["signature_info"]["issuer"] == "Test archive"
    text = json.dumps(told)
    assert "compositeWithTrainedAlgorithmicMedia" in text
    assert "c2pa.color_adjustments" in text
    assert any(one["relationship"] == "parentOf" for one in told["ingredients"])
    pixels = [np.asarray(Image.open(one.target)) for one in (job, plain)]
    assert np.array_equal(*pixels)
    assert read_sidecar(sidecar_of(job.target))["result"]["sha256"] == file_hash(job.target)
    assert sorted(p.name for p in tmp_path.iterdir() if "part" in p.name) == []


def test_a_changed_sample_breaks_the_signature(tmp_path, signer):
    job = Job(drawn.photo(tmp_path / "a.png"), tmp_path / "b.png", Kind.PHOTO, settings(signer))
    list(pipeline.run(job, tiny_model()))
    data = bytearray(job.target.read_bytes())
    data[data.index(b"IDAT") + 40] ^= 1
    job.target.write_bytes(data)
    with pytest.raises(AssertionError, match="assertion.dataHash.mismatch"):
        signed(job.target)


def test_a_film_is_signed_in_mp4_and_told_unsigned_in_matroska(tmp_path, signer):
    source = drawn.film(tmp_path / "a.mkv", size=(128, 128))
    for suffix in ("mp4", "mkv"):
        job = Job(source, tmp_path / f"b.{suffix}", Kind.FILM, settings(signer))
        *_, last = pipeline.run(job, tiny_model())
        if suffix == "mkv":
            assert any("no way to sign .mkv" in line for line in last.warnings)
        else:
            assert any("does not name the source" in line for line in last.warnings)
            assert "c2pa.color_adjustments" in json.dumps(signed(job.target))


def test_a_key_of_another_certificate_gives_no_result(tmp_path, signer):
    (tmp_path / "other").mkdir()
    _, key = write_key(tmp_path / "other")
    job = Job(
        drawn.photo(tmp_path / "a.png"),
        tmp_path / "b.png",
        Kind.PHOTO,
        settings((signer[0], key)),
    )
    with pytest.raises(TargetError, match="can't be signed"):
        list(pipeline.run(job, tiny_model()))
    assert sorted(p.name for p in tmp_path.glob("b.png*")) == []


def test_what_cant_sign_is_told_before_the_work(tmp_path, signer):
    certificate, key = signer
    with pytest.raises(SettingsError, match="can't be read"):
        Signing(certificate, tmp_path / "none.key")
    with pytest.raises(SettingsError, match="holds no private key"):
        Signing(certificate, certificate)
    (tmp_path / "bad.pem").write_text("nothing")
    with pytest.raises(SettingsError, match="holds no certificate"):
        Signing(tmp_path / "bad.pem", key)
    with pytest.raises(SettingsError, match="c2pa-key"):
        Settings(c2pa_certificate=certificate)
