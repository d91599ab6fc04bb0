"""The bill of materials of the archives, as CycloneDX 1.6: what is in them, and nothing that the build left out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalContact
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from supply.licences import Rules, decide
from supply.origins import Copied, Shipped
from supply.wheels import BadMaterial, Part


@dataclass(frozen=True)
class Archive:
    """One file that is uploaded: the packages and copies in it, and the SHA-256 of each file by its path."""

    name: str
    sha256: str
    holds: Sequence[Shipped]
    files: Mapping[str, str]
    copied: Sequence[Copied] = ()


def bill(version: str, archives: Sequence[Archive], rules: Rules, at: datetime) -> str:
    """The bill as JSON. The same archives of the same moment give the same text."""
    product = Component(
        name="newsletter",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"newsletter@{version}",
        licenses=[_licence("MIT")],
    )
    digest = " ".join(f"{each.name}={each.sha256}" for each in archives)
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, f"newsletter {version} {digest}"),
        metadata=BomMetaData(component=product, timestamp=at.astimezone(UTC)),
    )
    known: dict[str, Component] = {}

    def add(component: Component) -> Component:
        """The component, or the one of the same reference that is there already."""
        reference = str(component.bom_ref.value)
        if reference not in known:
            known[reference] = component
            bom.components.add(component)
        return known[reference]

    files = [add(_archive(each)) for each in archives]
    bom.register_dependency(product, files)
    for archive, file in zip(archives, files, strict=True):
        packages = {each.wheel.name: add(_package(each, rules)) for each in archive.holds}
        copies = [add(_copy(each, archive.files.get(each.path, ""))) for each in archive.copied]
        ours = [
            path for path in archive.files if path.endswith(".js") and not any(one.has(path) for one in archive.copied)
        ]
        scripts = [add(_script(path, archive.files[path])) for path in sorted(ours)]
        bom.register_dependency(file, [*packages.values(), *copies, *scripts])
        for each in archive.holds:
            parts = [add(_part(part, rules)) for part in each.wheel.parts]
            copies = [add(_copy(one, archive.files.get(one.path, ""))) for one in each.copied]
            wanted = [packages[name] for name in sorted(each.wheel.requires & packages.keys())]
            bom.register_dependency(packages[each.wheel.name], [*wanted, *parts, *copies])
    return _written(bom)


def _written(bom: Bom) -> str:
    """The bill as JSON. Raises BadMaterial if it is not what the schema of CycloneDX asks for."""
    text: str = JsonV1Dot6(bom).output_as_string(indent=2)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        raise BadMaterial(f"the bill of materials is not what CycloneDX 1.6 asks for: {fault}")
    return json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _archive(archive: Archive) -> Component:
    return Component(
        name=archive.name,
        type=ComponentType.FILE,
        bom_ref=archive.name,
        hashes=_hashes(archive.sha256),
        licenses=[],
    )


def _package(shipped: Shipped, rules: Rules) -> Component:
    wheel = shipped.wheel
    purl = PackageURL("pypi", None, wheel.name, wheel.version)
    return Component(
        name=wheel.name,
        version=wheel.version,
        bom_ref=str(purl),
        purl=purl,
        hashes=_hashes(wheel.sha256),
        licenses=[_licence(decide(wheel.name, wheel.stated, rules))],
        properties=[
            Property(name="newsletter:wheel", value=wheel.filename),
            Property(name="newsletter:files", value=str(len(shipped.files))),
            Property(name="newsletter:files-left-out", value=str(shipped.left_out)),
        ],
    )


def _part(part: Part, rules: Rules) -> Component:
    kind = ExternalReferenceType(part.source_is)
    where = [ExternalReference(type=kind, url=XsUri(part.source))] if part.source else []
    return Component(
        name=part.name,
        version=part.version,
        bom_ref=part.purl,
        purl=PackageURL.from_string(part.purl),
        hashes=_hashes(part.sha256) if part.sha256 else [],
        licenses=[_licence(decide(part.name, part.stated, rules))],
        authors=[OrganizationalContact(name=name) for name in part.authors],
        external_references=where,
    )


def _copy(copied: Copied, sha256: str) -> Component:
    """Code or data that a package copied: a file with its hash, or a folder. Of which version it is, nobody says."""
    return Component(
        name=copied.name,
        bom_ref=f"{copied.inside}:{copied.path}",
        hashes=_hashes(sha256) if sha256 else [],
        licenses=[_licence(copied.licence)],
        properties=[Property(name="newsletter:path", value=copied.path)],
    )


def _script(path: str, sha256: str) -> Component:
    return Component(
        name=path, type=ComponentType.FILE, bom_ref=path, hashes=_hashes(sha256), licenses=[_licence("MIT")]
    )


def _hashes(sha256: str) -> Iterable[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=sha256)]


def _licence(expression: str) -> License:
    return LicenseFactory().make_from_string(expression)
