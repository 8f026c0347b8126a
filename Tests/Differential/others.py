"""The other engines, in a process of their own: programs come in as lines of JSON, answers go out in the same order.

An answer is {"value": …} or {"error": text}. Whatever an engine writes to standard output would disturb the answers, so that
is pointed at standard error first.
"""
import json
import os
import sys
import tempfile

import opa_eval
import regopy


def regorus(folder, program):
    path = os.path.join(folder, "program.rego")
    with open(path, "w", encoding="utf-8") as file:
        file.write(program["text"])
    engine = opa_eval.OpaEval(path, data_json=json.dumps(program["data"], ensure_ascii=False), query=program["query"])
    return {"value": json.loads(engine.evaluate(json.dumps(program["input"], ensure_ascii=False)))}


def rego_cpp(_, program):
    engine = regopy.Interpreter()
    engine.add_module("program.rego", program["text"])
    engine.add_data_json(json.dumps(program["data"], ensure_ascii=False))
    engine.set_input_term(json.dumps(program["input"], ensure_ascii=False))
    output = engine.query("x = " + program["query"])
    if not output.ok():
        return {"error": str(output)}
    answer = json.loads(str(output))
    return {"value": answer["bindings"]["x"]} if "bindings" in answer else {"error": "undefined"}


def asked(engine, folder, program):
    try:
        return engine(folder, program)
    except BaseException as error:  # a Rust panic arrives as BaseException
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    engine = {"regorus": regorus, "rego-cpp": rego_cpp}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            print(json.dumps(asked(engine, folder, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
