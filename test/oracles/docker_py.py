"""What docker-py makes of `containers.run(**kwargs)`: the create request it would send, or why it sends none.

A line in: {"kwargs": {...}}. A line out: {"body": {...}, "query": {...}} or {"raised": "ValueError: ..."}.
A Python tuple is written {"tuple": [...]}: JSON has none.
"""

import json
import sys

import docker


class Sent(Exception):
    def __init__(self, body, query):
        super().__init__("sent")
        self.body = body
        self.query = query


class ClientWithoutEngine(docker.APIClient):
    def _post(self, url, **kwargs):
        raise Sent(json.loads(kwargs["data"]), kwargs.get("params") or {})


def with_tuples(value):
    if isinstance(value, dict):
        if list(value) == ["tuple"]:
            return tuple(with_tuples(item) for item in value["tuple"])
        return {key: with_tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_tuples(item) for item in value]
    return value


def answer(client, question):
    try:
        client.containers.run(**with_tuples(question["kwargs"]))
    except Sent as sent:
        return {"body": sent.body, "query": sent.query}
    except Exception as error:  # any error of docker-py's is its refusal
        return {"raised": f"{type(error).__name__}: {error}"}
    raise AssertionError("docker-py sent no request and raised nothing")


def main():
    client = docker.DockerClient(base_url="tcp://127.0.0.1:1", version="1.41")
    client.api = ClientWithoutEngine(base_url="tcp://127.0.0.1:1", version="1.41")
    for line in sys.stdin:
        print(json.dumps(answer(client, json.loads(line))), flush=True)


main()
