"""The API's description: a valid OpenAPI 3.1 document, the one that is published, and what its reference says."""
import json
import subprocess
import sys

import jsonschema
import pytest
from conftest import ROOT, exchange
from openapi_spec_validator import OpenAPIV31SpecValidator
from tenants import Tenants

PUBLISHED = json.loads((ROOT / "schema/openapi.json").read_text())


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    tenants = Tenants(tmp_path_factory.mktemp("description"))
    tenants.person("acme", "lea", "author", "reviewer", "publisher", "approver", "auditor", "operator")
    yield tenants.start()
    tenants.stop()


def test_it_is_valid_openapi():
    OpenAPIV31SpecValidator(PUBLISHED).validate()


def test_what_is_served_is_what_is_published_but_for_the_channels(api):
    status, _, served = api.ask("GET", "/openapi.json")
    assert status == 200
    published = {path: operations for path, operations in PUBLISHED["paths"].items()
                 if not any(operation["tags"] == ["channels"] or operation["operationId"] in ("getLatestBundle", "getStops") for operation in operations.values())}
    assert served["paths"] == published
    assert served["components"]["schemas"] == PUBLISHED["components"]["schemas"]


def test_a_path_or_method_that_is_not_described_is_not_served(api):
    for path, operations in PUBLISHED["paths"].items():
        if path.startswith("/v1/bundles/"):
            continue  # only where bundles are handed out
        filled = path.format(tenant="acme", agent="shop", key_id="shop-1", version=1, id="apr_" + "0" * 26, digest="sha256:" + "0" * 64,
                             proposal_id="prp_" + "0" * 16)
        for method in ("GET", "PUT", "POST", "DELETE", "PATCH"):
            if method.lower() in operations:
                continue
            status, _, body = api.ask(method, filled, ("acme", "lea"), {} if method != "GET" else None)
            assert (status, body["code"]) == (404, "not_found"), (method, path)


def test_answers_are_as_described(api):
    """Every GET that needs nothing but a tenant, and the problems of all operations, against their schemas."""
    api.decide("acme", "web.read")
    api.decide("acme", "pay", {"amount": 60})
    schemas = {"components": PUBLISHED["components"]}
    def check(schema, value):
        jsonschema.Draft202012Validator({**schema, **schemas}).validate(value)
    for path, operations in PUBLISHED["paths"].items():
        for method, operation in operations.items():
            filled = path.format(tenant="acme", agent="shop", key_id="shop-1", version=1, id="apr_" + "0" * 26, digest="sha256:" + "0" * 64,
                             proposal_id="prp_" + "0" * 16)
            for who in (("acme", "lea"), ("acme", "shop-1"), None):
                if method != "get" or "channels" in operation["tags"] or operation["operationId"] in ("getLatestBundle", "getStops"):
                    continue
                status, headers, body = api.ask("GET", filled, who)
                answer = operation["responses"].get(str(status))
                assert answer is not None, (path, status, body)
                content = answer.get("content", {})
                kind = headers.get("content-type", "").split(";")[0]
                assert kind in content, (path, kind)
                if "json" in kind:
                    check(content[kind]["schema"], body)
    check(PUBLISHED["components"]["schemas"]["Decision"], api.decide("acme", "pay", {"amount": 61}))
    check(PUBLISHED["components"]["schemas"]["Decision"], api.decide("acme", "nothing"))


def test_the_reference_is_written_from_it():
    done = subprocess.run([sys.executable, ROOT / "scripts/api-reference", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
