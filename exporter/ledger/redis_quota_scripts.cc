#include "exporter/ledger/redis_quota_scripts.h"

namespace taskqueue {
namespace {

/// Pace's state: `all` and `sweeps` are the permissions that have come in by `settled`. `recent` holds each request until
/// it counts no more: a second after it has surely arrived.
constexpr std::string_view settled = R"lua(
local pace, recent = KEYS[1], KEYS[2]
local ceiling = tonumber(ARGV[1])
local capacity = math.max(1, math.ceil(ceiling - 1e-9))
local second, usual_way = 1001, 50
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local s = redis.call('HMGET', pace, 'settled', 'rate', 'all', 'sweeps', 'quiet', 'halved', 'ceiling')
for i = 1, 7 do s[i] = s[i] and tonumber(s[i]) end
local settled, rate, all, sweeps, quiet, halved, was = s[1], s[2], s[3], s[4], s[5], s[6], s[7]
if not (settled and rate and all and sweeps and quiet and halved and was) or settled > now + 2000 then
  -- Nothing is remembered, or the clock went back: what was sent in the last second is unknown, so that is waited for.
  settled, rate, all, sweeps, halved, was = now, math.min(ceiling, tonumber(ARGV[2])), 0, 0, 0, ceiling
  quiet = now + second + 650
  redis.call('DEL', recent)
end
if was ~= ceiling then
  rate = rate >= was and ceiling or math.max(ceiling / 32, math.min(rate, ceiling))
end
local slope = ceiling / 60
local passed = math.max(0, now - settled) / 1000
local rising = math.min(passed, math.max(0, ceiling - rate) / slope)
local allowed = rising * (rate + slope * rising / 2) + (passed - rising) * ceiling
rate = math.min(ceiling, rate + slope * passed)
all = math.min(capacity, all + allowed)
sweeps = math.min(1, sweeps + allowed / 2)
redis.call('ZREMRANGEBYSCORE', recent, '-inf', now)
local function number(value) return string.format('%.17g', value) end
local function wait_of(sweep)
  local wait = quiet - now
  if all < 1 then wait = math.max(wait, (1 - all) / rate * 1000) end
  if sweep and sweeps < 1 then wait = math.max(wait, (1 - sweeps) / rate * 2000) end
  local count = redis.call('ZCARD', recent)
  if count >= capacity then
    wait = math.max(wait, redis.call('ZRANGE', recent, count - capacity, count - capacity, 'WITHSCORES')[2] - now)
  end
  return math.max(0, wait)
end
local function finish(reply)
  redis.call('HSET', pace, 'settled', number(now), 'rate', number(rate), 'all', number(all), 'sweeps', number(sweeps),
             'quiet', number(quiet), 'halved', number(halved), 'ceiling', number(ceiling))
  redis.call('PEXPIRE', pace, 3600000)
  redis.call('PEXPIRE', recent, 3600000)
  reply[#reply + 1] = number(rate)
  reply[#reply + 1] = number(wait_of(false))
  reply[#reply + 1] = number(wait_of(true))
  return reply
end
)lua";

}  // namespace

const RedisScript take_script{"take", "allow-oom", settled, R"lua(
local sweep = ARGV[3] == 'sweep'
local permitted = wait_of(sweep) <= 0
if permitted then
  all = all - 1
  if sweep then sweeps = sweeps - 1 end
  redis.call('ZADD', recent, number(now + second + ARGV[5]), ARGV[4])
end
return finish({permitted and 1 or 0, number(now)})
)lua"};

const RedisScript answered_script{"answered", "allow-oom", settled, R"lua(
local over = redis.call('ZSCORE', recent, ARGV[3])
if over then
  local given = tonumber(ARGV[4])
  local arrived = math.min(math.max(now, given + usual_way), given + ARGV[5])
  redis.call('ZADD', recent, number(math.min(tonumber(over), arrived + second)), ARGV[3])
end
return finish({})
)lua"};

const RedisScript throttled_script{"throttled", "allow-oom", settled, R"lua(
if now - halved >= 1000 then
  rate = math.max(ceiling / 32, rate / 2)
  halved = now
end
all = math.min(all, 0)
quiet = math.max(quiet, now + ARGV[3])
return finish({})
)lua"};

}  // namespace taskqueue
