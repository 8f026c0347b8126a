#!/usr/bin/env python3
"""Prints Tests/ObjectStoresTests/Fixtures/botocore.json: signatures by botocore over a table of keys, queries and headers."""
import hashlib
import json
from urllib.parse import quote

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY_ID, SECRET, NOW, STAMP = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 1795409600, "20261123T045320Z"


def case(name, method, path, query=(), headers=(), body="", token=None, region="eu-central-1", host="bundles.example:9000"):
    encoded = quote(path, safe="/-_.~")
    text = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(query))
    signed = {"host": host, "x-amz-date": STAMP, "x-amz-content-sha256": hashlib.sha256(body.encode()).hexdigest(), **dict(headers)}
    if token:
        signed["x-amz-security-token"] = token
    request = AWSRequest(method=method, url=f"http://{host}{encoded}" + (f"?{text}" if text else ""), data=body.encode(), headers=signed)
    request.context.update(timestamp=STAMP, signing={})
    auth = S3SigV4Auth(Credentials(KEY_ID, SECRET, token), "s3", region)
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    names = ";".join(sorted(signed))
    return {"name": name, "method": method, "path": encoded, "query": [list(pair) for pair in query],
            "headers": [["host", host], *map(list, headers)], "body": body, "token": token, "region": region,
            "authorization": f"AWS4-HMAC-SHA256 Credential={KEY_ID}/{STAMP[:8]}/{region}/s3/aws4_request, SignedHeaders={names}, Signature={signature}"}


ROWS = [
    case("a plain key", "GET", "/bucket/acme/latest"),
    case("the bucket itself", "GET", "/bucket/", [("list-type", "2"), ("prefix", "acme/bundle-"), ("encoding-type", "url")]),
    case("spaces, plus, accents and tilde", "GET", "/bucket/bundles/a b+c/é~x.tar.gz"),
    case("what shells and URLs find special", "GET", "/bucket/a&b=c;d,e:f@g!h$i'j(k)*l%m?n#o[p]"),
    case("beyond the basic plane", "GET", "/bucket/😀/日本"),
    case("percent that is already there", "GET", "/bucket/a%2Fb"),
    case("a continuation token", "GET", "/bucket/", [("continuation-token", "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM="), ("list-type", "2")]),
    case("a conditional read", "GET", "/bucket/acme/latest", headers=[("if-none-match", '"5d41402abc4b2a76b9719d911017c592"')]),
    case("a create", "PUT", "/bucket/acme/bundle-1.tar.gz", headers=[("if-none-match", "*"), ("x-amz-checksum-sha256", "uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=")], body="hello world"),
    case("a swap with a session token", "PUT", "/bucket/acme/latest", headers=[("if-match", '"abc"')], body="x", token="FwoGZXIvYXdzEBYaD//////////wEXAMPLE=="),
    case("object lock", "PUT", "/bucket/acme/log-1", headers=[("x-amz-object-lock-mode", "COMPLIANCE"), ("x-amz-object-lock-retain-until-date", "2033-01-01T00:00:00Z"), ("x-amz-object-lock-legal-hold", "ON")], body="record"),
    case("runs of spaces in a header", "PUT", "/bucket/k", headers=[("x-amz-meta-note", "  two   spaces  here ")], body=""),
    case("another region and virtual host", "GET", "/acme/latest", region="us-gov-west-1", host="bucket.s3.us-gov-west-1.amazonaws.com"),
]
print(json.dumps({"now": NOW, "keyID": KEY_ID, "secret": SECRET, "cases": ROWS}, indent=1, ensure_ascii=False))
