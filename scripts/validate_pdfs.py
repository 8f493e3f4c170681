#!/usr/bin/env python3
"""Checks what PDF/A-3 and Factur-X want of a PDF, as far as its structure tells: `validate_pdfs.py FOLDER`.

No validator of PDF/A is in the registries used here, so this reads each *.pdf with qpdf (pikepdf) and looks for the
points that matter most. Prints what is wrong; exit code 1 if anything is, or if there was nothing to check.
"""
import pathlib
import sys

import pikepdf
from lxml import etree

FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
NS = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
    "pdfaSchema": "http://www.aiim.org/pdfa/ns/schema#",
}


def faults(path):
    with pikepdf.open(path) as pdf:
        for problem in pdf.check_pdf_syntax():
            yield f"qpdf: {problem}"
        root = pdf.Root
        if pdf.is_encrypted:
            yield "encrypted"
        if "/ID" not in pdf.trailer:
            yield "no file identifier"
        metadata = root.get("/Metadata")
        if metadata is None:
            yield "no metadata"
            return
        if "/Filter" in metadata:
            yield "metadata is filtered"
        xmp = etree.fromstring(metadata.read_raw_bytes())
        text = lambda name: "".join(xmp.xpath(f"//{name}/text() | //@{name}", namespaces=NS))
        if (text("pdfaid:part"), text("pdfaid:conformance")) != ("3", "A"):
            yield f"PDF/A-{text('pdfaid:part')}{text('pdfaid:conformance')}, not 3A"
        for name, value in {
            "DocumentType": "INVOICE", "DocumentFileName": "factur-x.xml", "Version": "1.0", "ConformanceLevel": "EN 16931",
        }.items():
            found = [node.text for node in xmp.iter(FX + name)]
            if found != [value]:
                yield f"fx:{name} is {found}"
        declared = set(xmp.xpath("//pdfaSchema:prefix/text()", namespaces=NS))
        if not {"fx", "gabarit"} <= declared:
            yield f"extension schemas of {declared} only"
        names = xmp.xpath("count(//*[local-name()='schemas'])")
        if names != 1:
            yield f"{names} lists of extension schemas"
        if root.get("/MarkInfo", {}).get("/Marked") is not True or "/StructTreeRoot" not in root:
            yield "not tagged"
        if "/Lang" not in root:
            yield "no language"
        intents = root.get("/OutputIntents", [])
        if not any(intent.get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in intent for intent in intents):
            yield "no output intent"
        associated = root.get("/AF", [])
        if len(associated) != 1:
            yield f"{len(associated)} associated files"
            return
        spec = associated[0]
        if spec.get("/AFRelationship") not in ("/Alternative", "/Data", "/Source"):
            yield f"relation {spec.get('/AFRelationship')}"
        if str(spec.get("/UF")) != "factur-x.xml" or str(spec.get("/F")) != "factur-x.xml":
            yield "attachment has another name"
        stream = spec["/EF"]["/F"]
        if stream.get("/Subtype") != "/text/xml":
            yield f"attachment is {stream.get('/Subtype')}"
        if "/ModDate" not in stream.get("/Params", {}):
            yield "attachment has no date"
        if "factur-x.xml" not in pdf.attachments:
            yield "attachment is not in the tree of names"
        for page in pdf.pages:
            for name, font in page.resources.get("/Font", {}).items():
                descendant = font.get("/DescendantFonts", [font])[0]
                descriptor = descendant.get("/FontDescriptor", {})
                if not any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                    yield f"font {name} is not embedded"
                if "/ToUnicode" not in font:
                    yield f"font {name} has no Unicode"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.pdf"))
    wrong = 0
    for path in paths:
        found = list(faults(path))
        wrong += bool(found)
        for fault in found:
            print(f"{path.name}: {fault}")
    print(f"{len(paths)} pdf checked")
    sys.exit(1 if wrong or not paths else 0)


main()
