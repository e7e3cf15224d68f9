"""What docker-py makes of `containers.run(**kwargs)`: the create request it would send, or why it sends none.

A line in: {"kwargs": {...}}, with "engine": a socket's path to have the container really created.
A line out: {"body": {...}, "query": {...}}, {"inspection": {...}} or {"raised": "ValueError: ..."}.
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


def request(client, kwargs):
    try:
        client.containers.run(**kwargs)
    except Sent as sent:
        return {"body": sent.body, "query": sent.query}
    raise AssertionError("docker-py sent no request and raised nothing")


def inspection(client, kwargs):
    container = client.containers.create(**kwargs)
    try:
        return {"inspection": container.attrs}
    finally:
        container.remove(v=True)


def main():
    alone = docker.DockerClient(base_url="tcp://127.0.0.1:1", version="1.41")
    alone.api = ClientWithoutEngine(base_url="tcp://127.0.0.1:1", version="1.41")
    engines = {}
    for line in sys.stdin:
        question = json.loads(line)
        kwargs = with_tuples(question["kwargs"])
        path = question.get("engine")
        try:
            if path is None:
                answer = request(alone, kwargs)
            else:
                if path not in engines:
                    engines[path] = docker.DockerClient(base_url="unix://" + path)
                answer = inspection(engines[path], kwargs)
        except AssertionError:
            raise
        except Exception as error:  # any error of docker-py's is its refusal
            answer = {"raised": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
