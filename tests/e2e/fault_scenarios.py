"""The faults that a cloud may have, each with what the exporter must make of it."""
import gzip
import json
import re
from dataclasses import dataclass, field
from typing import Any

import hostile_cloud as hostile
from hostile_cloud import bends, dates, drips, floods, only_for, refuses, says, sends


@dataclass
class Scenario:
    """`result` of the refreshes and `code` of the requests while the fault is on; `success` is: counts stay right."""

    name: str
    service: str
    result: str
    code: str = "OK"
    why: str = ""               # a pattern: what the log says once
    fault: Any = None           # of requests
    at_connect: Any = None      # before a request
    refused: bool = False       # nobody listens
    tls: str = ""               # the certificate's name: then there is no calm
    host: str = "127.0.0.1"
    always: bool = False        # from the start: nothing good was ever seen, or a world that is told so from its first page
    long: bool = False          # of the full form only
    extra: list = field(default_factory=list)  # further lines of the queue's table

    @property
    def queue(self):
        return re.sub(r"[^A-Za-z0-9_]+", "-", self.name)


JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
ENDED = ("FINISH", "ABORTED", "SUCCEED", "FAILED", "Finished", "Failed", "Deleted")


def chunked(*chunks):
    return JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks)


def zipped(body, coding="gzip"):
    return says(body, headers=(("Content-Type", "application/json"), ("Content-Encoding", coding)))


def tencent(content):
    return json.dumps({"Response": {"RequestId": "r", **content}})


def set_of(content):
    """The list of an answer, whichever it is."""
    tasks = content.get("TaskSet", content.get("JobSet"))
    return tasks["Task"] if isinstance(tasks, dict) else tasks


def each_item(edit):
    def edit_all(content, _request):
        for item in set_of(content) or []:
            edit(item)
    return bends(edit_all)


def sets(name, value):
    """One field of each answer that has it."""
    def edit(content, _request):
        if name in content:
            content[name] = value
    return bends(edit)


def tokens(make):
    """A list's last page is followed by itself under the tokens that `make` gives."""
    last_pages = {}

    async def fault(exchange):
        asked = exchange.request.parameters.get("ScrollToken")
        if asked in last_pages:
            await says(tencent({"TaskSet": last_pages[asked], "ScrollToken": make(asked), "TotalCount": 1}))(exchange)
            last_pages[make(asked)] = last_pages[asked]
            return True

        def follow(content, _request):
            if set_of(content) and not content["ScrollToken"]:
                content["ScrollToken"] = make(f"token-{len(last_pages)}")
                last_pages[content["ScrollToken"]] = set_of(content)
        return await bends(follow)(exchange)
    return fault


def metrics(change):
    def edit(content, _request):
        for place in [content, *(content.get("JobSet") or [])]:
            for name in ("TaskInstanceMetrics", "TaskMetrics"):
                for key in place.get(name) or {}:
                    place[name][key] = change(place[name][key])
    return bends(edit)


def waver(name):
    """A count that is another in each answer."""
    asked = iter(range(10**9))

    def edit(content, _request):
        if name in content:
            content[name] = max(0, content[name] + (-1) ** next(asked) * 7)
    return bends(edit)


CONNECTIONS = [
    Scenario("nobody listens", "mps", "network", "network", "cannot connect", refused=True),
    Scenario("reset at connect", "vod", "network", "network", "broke|cannot connect", at_connect=hostile.at_once("reset")),
    Scenario("closed at connect", "ecs", "network", "network", "broke", at_connect=hostile.at_once("close")),
    Scenario("silent at connect", "batch", "timeout", "timeout", "in time", at_connect=hostile.at_once("hang")),
    Scenario("another protocol", "mps", "network", "network", "broke", at_connect=hostile.at_once(b"SSH-2.0-OpenSSH_9.2\r\n")),
    Scenario("closed before the head", "mps", "network", "network", "broke", sends()),
    Scenario("reset before the head", "vod", "network", "network", "broke", sends(then="reset")),
    Scenario("closed in the head", "mps", "network", "network", "broke", sends(b"HTTP/1.1 200 OK\r\nContent-Ty")),
    Scenario("reset in the head", "batch", "network", "network", "broke", sends(JSON_HEAD, then="reset")),
    Scenario("closed in the body", "mps", "network", "network", "broke", sends(JSON_HEAD + b"Content-Length: 100\r\n\r\n{")),
    Scenario("reset in the body", "ecs", "network", "network", "broke", sends(JSON_HEAD + b"Content-Length: 100\r\n\r\n{", then="reset")),
    Scenario("closed in a chunk", "vod", "network", "network", "broke", sends(chunked(b"{}")[:-3])),
    Scenario("closed between chunks", "mps", "network", "network", "broke", sends(chunked(b'{"Response":'))),
    Scenario("chunk of no size", "mps", "network", "network", "broke", sends(JSON_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n")),
    Scenario("silent before the head", "mps", "timeout", "timeout", "in time", sends(then="hang")),
    Scenario("silent in the head", "ecs", "timeout", "timeout", "in time", sends(JSON_HEAD, then="hang")),
    Scenario("silent in the body", "vod", "timeout", "timeout", "in time", sends(JSON_HEAD + b"Content-Length: 9\r\n\r\n{", then="hang")),
    Scenario("head that drips", "vod", "timeout", "timeout", "in time", drips(JSON_HEAD + b"Content-Length: 2\r\n\r\n{}")),
    Scenario("body that drips", "batch", "timeout", "timeout", "in time", floods(JSON_HEAD + b"Content-Length: 2000000\r\n\r\n", b" " * 7)),
    # cpp-httplib before 0.18 reads on until we end it; later ones end it themselves at the hundredth line.
    Scenario("head without an end", "mps", "answer|network", "other|network", "too large|broke", floods(JSON_HEAD, b"X-Filler: 0123456789\r\n" * 500)),
    Scenario("header of a megabyte", "mps", "network", "network", "broke", sends(JSON_HEAD + b"X-Filler: " + b"x" * (1 << 20) + b"\r\n\r\n")),
    Scenario("name that does not resolve", "mps", "network", "network", "cannot connect", host="nowhere.invalid", always=True,
             extra=["allow_insecure = true"]),
    Scenario("certificate of another name", "mps", "network", "network", "not trusted", tls="wrong", host="localhost", always=True),
    Scenario("certificate expired", "vod", "network", "network", "not trusted.*expired", tls="expired", host="localhost", always=True),
    Scenario("certificate signed by itself", "mps", "network", "network", "not trusted.*self", tls="self", host="localhost", always=True),
    Scenario("certificate of nobody", "mps", "network", "network", "not trusted", tls="stranger", host="localhost", always=True),
    Scenario("handshake that hangs", "mps", "timeout", "timeout", "in time|too long", tls="silence", host="localhost", always=True,
             at_connect=hostile.at_once("hang")),
    Scenario("no TLS at a port of TLS", "ecs", "network", "network", "no TLS", tls="none", host="localhost", always=True,
             at_connect=hostile.at_once(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
]

STATUSES = [
    *(Scenario(f"HTTP {status}", service, "answer", "http_4xx", f"HTTP {status}", says("no", status))
      for status, service in ((400, "mps"), (401, "ecs"), (403, "vod"), (404, "batch"), (413, "ecs"))),
    Scenario("HTTP 429", "mps", "throttled", "http_4xx", "HTTP 429", says("slower", 429)),
    Scenario("HTTP 429 of Alibaba's gateway", "ecs", "throttled", "http_4xx", "HTTP 429",
             says("slower", 429, [("x-acs-retry-after", "200")])),
    *(Scenario(f"HTTP {status} with a gateway's page", service, "server", "http_5xx", f"HTTP {status}",
               says(f"<html><h1>{status}</h1><center>stgw</center></html>", status, [("Content-Type", "text/html")]))
      for status, service in ((500, "vod"), (502, "mps"), (503, "batch"), (504, "ecs"))),
    Scenario("redirected", "mps", "answer", "other", "HTTP 302", says("", 302, [("Location", "http://127.0.0.1:1/")])),
    Scenario("HTTP 204", "vod", "answer", "other", "HTTP 204", sends(b"HTTP/1.1 204 No Content\r\n\r\n")),
]

BODIES = [
    Scenario("a page instead of an answer", "mps", "answer", "other", "not JSON", says("<html>log in</html>")),
    Scenario("empty body", "vod", "answer", "other", "not JSON", says("")),
    Scenario("garbage", "ecs", "answer", "other", "not JSON", says(bytes(range(256)) * 8)),
    Scenario("body cut in two", "mps", "answer", "other", "not JSON", says('{"Response": {"TaskSet": [{"TaskId": "1')),
    Scenario("nested a hundred thousand times", "batch", "answer", "other", "nested too deep", says("[" * 100000)),
    Scenario("invalid UTF-8", "mps", "answer", "other", "not JSON", says(b'{"Response": {"TaskSet": [{"TaskId": "\xff\xfe"}]}}')),
    Scenario("zero bytes", "ecs", "answer", "other", "not JSON", says(b'{"TaskSet": {"Task": []}}\0\0')),
    Scenario("body of ten megabytes", "mps", "answer", "other", "too large", says(b" " * (10 << 20))),
    Scenario("body of 100 megabytes", "vod", "answer", "other", "too large", long=True,
             fault=floods(JSON_HEAD + b"Content-Length: 104857600\r\n\r\n", b" " * (1 << 20), 100)),
    Scenario("body without an end", "vod", "answer", "other", "too large", floods(JSON_HEAD + b"\r\n", b" " * 65536)),
    Scenario("chunks without an end", "ecs", "answer", "other", "too large", floods(chunked(), b"10000\r\n" + b" " * 65536 + b"\r\n")),
    Scenario("gzip bomb", "mps", "answer", "other", "too large", zipped(hostile.gzip_bomb(200))),
    Scenario("gzip that is none", "mps", "network|answer", "network|other", "", zipped("{}")),
    Scenario("gzip cut in two", "vod", "network|answer", "network|other", "", zipped(gzip.compress(b" " * 100000)[:50])),
    Scenario("a coding that was not asked for", "mps", "network|answer", "network|other", "", zipped("{}", "compress")),
    Scenario("JSON of no object", "mps", "answer", "other", "no Response", says("[]")),
    Scenario("JSON null", "ecs", "answer", "other", "no JSON object", says("null")),
    Scenario("answer of the old gateway", "vod", "answer", "other", "no Response", says('{"code":4100,"message":"no","codeDesc":"AuthFailure"}')),
    Scenario("answer without a list, MPS", "mps", "answer", "OK", "no TaskSet", says(tencent({"TotalCount": 0}))),
    Scenario("answer without a list, VOD", "vod", "answer", "OK", "no TaskSet", says(tencent({}))),
    Scenario("answer without a list, Batch", "batch", "answer", "OK", "no JobSet", says(tencent({"TotalCount": 0}))),
    Scenario("answer without a list, ECS", "ecs", "answer", "OK", "no TaskSet", says('{"RequestId": "r", "TotalCount": 7}')),
    Scenario("list of another kind, MPS", "mps", "answer", "OK", "no TaskSet", sets("TaskSet", "none")),
    Scenario("list of another kind, Batch", "batch", "answer", "OK", "no JobSet", sets("JobSet", 5)),
    Scenario("list of another kind, ECS", "ecs", "answer", "OK", "no TaskSet", sets("TaskSet", True)),
    Scenario("another type of content", "mps", "success", fault=bends(lambda c, r: None)),
]

LISTS = [
    Scenario("token that loops", "vod", "success", fault=tokens(lambda before: before)),
    Scenario("new tokens for the same page", "mps", "success", fault=tokens(lambda before: before + "x")),
    Scenario("total below zero, MPS", "mps", "success", fault=sets("TotalCount", -5)),
    Scenario("total below zero, Batch", "batch", "success", fault=sets("TotalCount", -5), always=True),
    Scenario("total below zero, ECS", "ecs", "success", fault=sets("TotalCount", -5), always=True),
    Scenario("total of zero, ECS", "ecs", "success", fault=sets("TotalCount", 0), always=True),
    Scenario("enormous total, MPS", "mps", "success", fault=sets("TotalCount", 2**63 - 1)),
    Scenario("enormous total, ECS", "ecs", "success", fault=sets("TotalCount", 2**63 - 1), always=True),
    Scenario("total beyond all numbers", "mps", "success", fault=sets("TotalCount", 10**40)),
    Scenario("total that wavers, MPS", "mps", "success", fault=waver("TotalCount")),
    Scenario("total that wavers, ECS", "ecs", "success|partial", fault=waver("TotalCount")),
    Scenario("counts below zero, Batch", "batch", "success", fault=metrics(lambda count: -count - 1), always=True),
    Scenario("enormous counts, Batch", "batch", "success", fault=metrics(lambda count: 2**62), always=True),
    Scenario("ids of ten kilobytes", "mps", "success", always=True, fault=each_item(lambda t: t.update(TaskId=t["TaskId"].ljust(10000, "x")))),
    Scenario("types of ten kilobytes", "vod", "success", always=True, fault=each_item(lambda t: t.update(TaskType=t["TaskType"].ljust(10000, "x")))),
    Scenario("a type for each task", "vod", "success", always=True, fault=each_item(lambda t: t.update(TaskType="T" + t["TaskId"]))),
    Scenario("a status for each live task", "vod", "success", always=True, fault=each_item(
        lambda t: t["Status"] not in ENDED and t.update(Status="S" + t["TaskId"]))),
    Scenario("types that would break a line", "vod", "success", always=True, fault=each_item(
        lambda t: t.update(TaskType=t["TaskType"] + '"} 7\nforged{x="\\\r\0\u2028'))),
    Scenario("times that are none", "mps", "success", always=True, fault=each_item(
        lambda t: t.update(CreateTime="9999-99-99T99:99:99Z", BeginProcessTime="yesterday"))),
    Scenario("a fault of first readings only", "mps", "success", "InternalError", fault=only_for(
        lambda request: "EndTime" in request.parameters, refuses("InternalError")), always=True),
]

# What users must be told of each documented code. By the vendors' lists.
CODES = {
    "tencent": {
        "throttled": "RequestLimitExceeded RequestLimitExceeded.IPLimitExceeded RequestLimitExceeded.UinLimitExceeded "
                     "RequestLimitExceeded.GlobalRegionUinLimitExceeded LimitExceeded",
        "credentials": "AuthFailure.InvalidAuthorization AuthFailure.InvalidSecretId AuthFailure.MFAFailure AuthFailure.SecretIdNotFound "
                       "AuthFailure.SignatureExpire AuthFailure.SignatureFailure AuthFailure.TokenFailure",
        "permission": "AuthFailure.UnauthorizedOperation UnauthorizedOperation IpInBlacklist IpNotInWhitelist FailedOperation.InvalidMpsUser",
        "server": "InternalError FailedOperation ResourceInUse ResourceInsufficient ResourceUnavailable ServiceUnavailable",
        "not_found": "ResourceNotFound",
        "request": "ActionOffline DryRunOperation InvalidAction InvalidParameter InvalidParameterValue InvalidParameterValue.Limit "
                   "InvalidRequest MissingParameter NoSuchProduct NoSuchVersion RequestSizeLimitExceeded ResponseSizeLimitExceeded "
                   "UnknownParameter UnsupportedOperation UnsupportedProtocol UnsupportedRegion",
    },
    "alibaba": {
        "throttled": "Throttling Throttling.User Throttling.Api Rejected.Throttling ServiceUnavailable",
        "credentials": "InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive SignatureDoesNotMatch IncompleteSignature "
                       "InvalidTimeStamp.Expired InvalidSecurityToken.Expired InvalidSecurityToken.Malformed",
        "permission": "Forbidden.RAM NoPermission",
        "server": "InternalError UnknownError SignatureNonceUsed",
        "request": "MissingParameter InvalidRegionId.NotFound",
    },
}


def scenarios_of_codes():
    for provider, kinds in CODES.items():
        for result, codes in kinds.items():
            for code in codes.split():
                # Alibaba's silence after throttling lasts to the next minute, unless it says how long.
                calm = [("x-acs-retry-after", "300")] if provider == "alibaba" and result == "throttled" else []
                yield Scenario(f"{code} of {provider}", "mps" if provider == "tencent" else "ecs", result, code, "made by a fault",
                               refuses(code, headers=calm))
    yield Scenario("VOD not opened", "vod", "permission", "FailedOperation.InvalidVodUser", "made by a fault", refuses("FailedOperation.InvalidVodUser"))
    yield Scenario("a code that nobody knows", "mps", "request", "other", "made by a fault", refuses("Novel.Trouble"))
    yield Scenario("a code of Alibaba's that nobody knows", "ecs", "request", "other", "made by a fault", refuses("Novel.Trouble"))


# The provider's clock is one for all its queues, so these have an exporter of their own.
CLOCKS = [
    Scenario("Date of an hour ago", "mps", "credentials", "AuthFailure.SignatureExpire", "", dates(-3600)),
    Scenario("Date of in ten days", "ecs", "credentials", "InvalidTimeStamp.Expired", "", dates(864000)),
]

ALL = [*CONNECTIONS, *STATUSES, *BODIES, *LISTS, *scenarios_of_codes()]
