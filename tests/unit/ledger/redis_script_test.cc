#include "exporter/ledger/redis_script.h"

#include "tests/catch.h"
#include "tests/unit/ledger/redis_double.h"

using namespace taskqueue;
using std::chrono::seconds;

namespace {

constexpr RedisScript script{"one", "allow-oom", "", "return 1"};

}  // namespace

TEST_CASE("a script is loaded once and then called by its digest", "[ledger][redis]") {
  RedisDouble redis;
  redis.answer = [](const RedisCommand&) { return number(7); };
  RedisScripts scripts(redis);
  CHECK(scripts.run(ScriptCall{script, {"key"}, {"argument"}}, seconds{1})->number() == 7);
  CHECK(scripts.run(ScriptCall{script, {"key"}, {"argument"}}, seconds{1})->number() == 7);
  REQUIRE(redis.asked.size() == 3);
  CHECK(redis.asked[0] == RedisCommand{"SCRIPT", "LOAD", "#!lua flags=allow-oom\nreturn 1"});
  CHECK(redis.asked[2] == RedisCommand{"EVALSHA", "digest", "1", "key", "argument"});
}

TEST_CASE("a Redis that was restarted gets its scripts again", "[ledger][redis]") {
  RedisDouble redis;
  bool restarted = true;
  redis.answer = [&](const RedisCommand&) { return std::exchange(restarted, false) ? error("NOSCRIPT No") : number(1); };
  RedisScripts scripts(redis);
  CHECK(scripts.run(ScriptCall{script, {}, {}}, seconds{1})->number() == 1);
  CHECK(redis.asked.size() == 4);
}

TEST_CASE("an old Redis gets scripts without flags", "[ledger][redis]") {
  RedisDouble redis;
  redis.accepts_flags = false;
  RedisScripts scripts(redis);
  CHECK(scripts.run(ScriptCall{script, {}, {}}, seconds{1}));
  CHECK(redis.asked.at(1) == RedisCommand{"SCRIPT", "LOAD", "return 1"});
}

TEST_CASE("a script that fails is a failure that tells what Redis said", "[ledger][redis]") {
  RedisDouble redis;
  redis.answer = [](const RedisCommand&) { return error("OOM command not allowed when used memory > 'maxmemory'."); };
  RedisScripts scripts(redis);
  const auto reply = scripts.run(ScriptCall{script, {}, {}}, seconds{1});
  REQUIRE_FALSE(reply);
  CHECK(reply.error().kind == FailureKind::server);
  CHECK(reply.error().code == "OOM");
}
