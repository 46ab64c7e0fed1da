#include "exporter/ledger/redis_leadership.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "exporter/ledger/redis_report.h"
#include "exporter/ledger/retention.h"

namespace taskqueue {
namespace {

constexpr Milliseconds most_patience = std::chrono::seconds{1};
constexpr Milliseconds least_patience{50};
constexpr Milliseconds patience_at_the_end{300};
constexpr Milliseconds longest_rest = std::chrono::seconds{1};

/// KEYS: lease, reign, entry, report, shown. ARGV: who asks, milliseconds that a lease lasts, the epoch of its last
/// reign, the largest it knows of, the generation and line that it remembers, whether it may begin where there is
/// nothing, milliseconds to keep, whether it wants to read at all.
/// What comes first: who remembers more than stands there, then who reads already, then who asks first.
constexpr RedisScript ask_script{"ask", "allow-oom", "", R"lua(
local lease, reign, entry, report = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local me, own_epoch = ARGV[1], tonumber(ARGV[3])
local holder = redis.call('GET', lease)
local found = redis.call('HMGET', reign, 'epoch', 'holder')
local epoch, previous = tonumber(found[1] or '0'), found[2] or ''
found = redis.call('HMGET', entry, 'generation', 'line')
local generation, remembered = tonumber(found[1] or '0'), tonumber(ARGV[5])
local state
if ARGV[9] == '0' then
  if holder == me then redis.call('DEL', lease) end
  state = 'other'
elseif remembered > generation and (generation == 0 or found[2] == ARGV[6]) then
  state = 'restored'
elseif holder == me and epoch > 0 and epoch >= own_epoch then
  state = 'held'
elseif holder and holder ~= me then
  state = 'other'
elseif not holder and epoch == 0 and generation == 0 and ARGV[7] == '0' then
  state = 'empty'
else
  state = 'began'
end
if state == 'began' or state == 'restored' then
  epoch = math.max(epoch, own_epoch, tonumber(ARGV[4])) + 1
  redis.call('SET', lease, me, 'PX', ARGV[2])
  redis.call('HSET', reign, 'epoch', epoch, 'holder', me)
elseif state == 'held' then
  redis.call('PEXPIRE', lease, ARGV[2])
end
if state ~= 'other' and state ~= 'empty' then
  for i = 2, 5 do redis.call('PEXPIRE', KEYS[i], ARGV[8]) end
end
return {state, epoch, generation, redis.call('HGET', report, 'news') or '0', previous}
)lua"};

/// KEYS: lease. ARGV: who gives it back.
constexpr RedisScript give_back_script{"give back", "allow-oom", "", R"lua(
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
)lua"};

/// KEYS: reign, report. ARGV: epoch, milliseconds to keep, fields.
constexpr RedisScript report_script{"report", "allow-oom", "", R"lua(
if tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0') ~= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 3))
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return redis.call('HINCRBY', KEYS[2], 'news', 1)
)lua"};

LeaseState state_from(const std::string& text) {
  if (text == "held") return LeaseState::held;
  if (text == "began") return LeaseState::began;
  if (text == "restored") return LeaseState::restored;
  if (text == "empty") return LeaseState::empty;
  return LeaseState::other;
}

LeaseAnswer answer_from(const RedisReply& reply) {
  return {.state = state_from(reply.at(0).text),
          .epoch = static_cast<std::uint64_t>(reply.at(1).number()),
          .generation = static_cast<std::uint64_t>(reply.at(2).number()),
          .news = static_cast<std::uint64_t>(reply.at(3).number()),
          .previous = reply.at(4).text};
}

}  // namespace

RedisLeadership::RedisLeadership(const Parts& parts) : parts_(parts), scripts_(parts.redis) {}

void RedisLeadership::arrange(const std::vector<Candidate>& candidates) {
  std::vector<QueueKeys> leaving;
  std::vector<std::stop_source> ending;
  {
    const Lock lock(mutex_);
    std::map<LedgerKey, Place> arranged;
    for (const Candidate& each : candidates) {
      const auto kept = places_.find(each.queue);
      if (kept != places_.end() && kept->second.interval == each.interval) {
        arranged.insert(places_.extract(kept));
      } else {
        arranged.try_emplace(each.queue, each, parts_.prefix);
        parts_.instruments.expect_takeovers(each.queue.labels.queue);
      }
    }
    for (auto& [queue, place] : places_) {
      if (!place.term) continue;
      ending.push_back(*place.term);
      leaving.push_back(place.keys);
    }
    places_ = std::move(arranged);
    rearranged_ = true;
    changed_.notify_all();
  }
  for (std::stop_source& term : ending) term.request_stop();
  give_back(leaving);
}

void RedisLeadership::ask() {
  const SteadyTime asked = parts_.clock.steady_now();
  const auto asking = questions(asked);
  if (!asking.empty()) {
    std::vector<ScriptCall> calls;
    calls.reserve(asking.size());
    for (const Question& each : asking) calls.push_back(each.call);
    hear(asking, scripts_.run(calls, patience(asked)), asked);
  }
  end_overdue();
}

/// Not beyond the moment when a term would be over: then its calls must end.
Milliseconds RedisLeadership::patience(SteadyTime now) {
  SteadyTime end = now + most_patience;
  const Lock lock(mutex_);
  for (const auto& [queue, place] : places_) {
    if (place.term) end = std::min(end, place.lease.held_until());
  }
  return std::max(least_patience, std::chrono::ceil<Milliseconds>(end - now));
}

std::vector<RedisLeadership::Question> RedisLeadership::questions(SteadyTime now) {
  std::vector<Question> questions;
  const Lock lock(mutex_);
  for (const auto& [queue, place] : places_) {
    if (!place.lease.is_due(now)) continue;
    const RedisLedger::Memory memory = parts_.ledger.memory(queue);
    const Lease& lease = place.lease;
    const QueueKeys& keys = place.keys;
    questions.push_back({queue,
                         {ask_script,
                          {keys.lease, keys.reign, keys.entry, keys.report, keys.shown},
                          {parts_.name, std::to_string(lease.length().count()), std::to_string(lease.own_epoch()),
                           std::to_string(lease.known_epoch()), std::to_string(memory.generation), memory.line,
                           lease.may_begin(now) ? "1" : "0", std::to_string(retention.count()),
                           memory.may_lead ? "1" : "0"}}});
  }
  return questions;
}

void RedisLeadership::hear(const std::vector<Question>& questions,
                           const Result<std::vector<RedisReply>, Failure>& replies, SteadyTime asked) {
  std::optional<Failure> failure;
  if (!replies) failure = replies.error();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (replies && !replies->at(i).is_error()) {
      take(questions[i].queue, replies->at(i), asked);
      continue;
    }
    if (replies) failure = refusal(replies->at(i));
    const Lock lock(mutex_);
    const auto place = places_.find(questions[i].queue);
    if (place != places_.end()) place->second.lease.miss(asked);
  }
  note_reachable(failure);
}

void RedisLeadership::take(const LedgerKey& queue, const RedisReply& reply, SteadyTime asked) {
  const LeaseAnswer answer = answer_from(reply);
  const bool reads = answer.state != LeaseState::other && answer.state != LeaseState::empty;
  std::optional<std::stop_source> over;
  bool begins = false;
  {
    const Lock lock(mutex_);
    const auto found = places_.find(queue);
    if (found == places_.end()) return;
    Place& place = found->second;
    if (answer.generation == 0) parts_.ledger.note_nothing_stands(queue);
    const std::uint64_t epoch_before = place.lease.own_epoch();
    place.lease.take(answer, asked);
    // A term goes on as long as it is renewed; one that was over by our clock is followed by another.
    if (place.term && !(reads && answer.epoch == epoch_before)) over = std::exchange(place.term, std::nullopt);
    begins = reads && !place.term;
    if (begins) {
      place.term.emplace();
      place.number = ++terms_;
      parts_.ledger.reign(queue, answer.epoch, answer.state == LeaseState::restored);
    } else if (answer.state == LeaseState::other && answer.epoch > epoch_before) {
      parts_.ledger.forget(queue);
    }
    // Its own reports are no news to who reads.
    const bool told = !reads && (!place.heard || answer.news != place.news);
    place.has_news = place.has_news || begins || over || told;
    place.heard = true;
    place.news = answer.news;
    place.generation = answer.generation;
  }
  if (over) over->request_stop();
  if (begins) {
    tell_of(queue, answer);
  } else if (over && answer.state == LeaseState::other) {
    parts_.log.info("ledger", "another replica reads the queue now", {{"queue", queue.labels.queue}});
  }
}

void RedisLeadership::tell_of(const LedgerKey& queue, const LeaseAnswer& answer) const {
  if (answer.state == LeaseState::held) return;
  if (!answer.previous.empty() && answer.previous != parts_.name) {
    parts_.instruments.took_over(queue.labels.queue);
  }
  parts_.log.info("ledger", "this replica reads the queue now",
                  {{"queue", queue.labels.queue},
                   {"cloud_region", queue.labels.cloud_region},
                   {"epoch", std::to_string(answer.epoch)},
                   {"before", answer.previous}});
}

void RedisLeadership::note_reachable(const std::optional<Failure>& failure) {
  bool changed = false;
  {
    const Lock lock(mutex_);
    changed = !has_asked_ || failure_.has_value() != failure.has_value();
    has_asked_ = true;
    failure_ = failure;
  }
  parts_.instruments.ledger(!failure && parts_.ledger.is_writable());
  if (!changed) return;
  if (failure) {
    parts_.log.error("ledger", "Redis cannot be asked, no queue is read", {{"why", failure->sentence}});
  } else {
    parts_.log.info("ledger", "Redis answers");
  }
}

void RedisLeadership::run(const std::stop_token& stop, const std::function<void(const LedgerKey&)>& tell) {
  while (!stop.stop_requested()) {
    ask();
    for (const LedgerKey& queue : take_news()) tell(queue);
    const SteadyTime next = next_ask();
    Lock lock(mutex_);
    changed_.wait_until(lock, stop, next, [this]() REQUIRES(mutex_) { return std::exchange(rearranged_, false); });
  }
}

std::vector<LedgerKey> RedisLeadership::take_news() {
  std::vector<LedgerKey> queues;
  const Lock lock(mutex_);
  for (auto& [queue, place] : places_) {
    if (std::exchange(place.has_news, false)) queues.push_back(queue);
  }
  return queues;
}

SteadyTime RedisLeadership::next_ask() {
  const Lock lock(mutex_);
  SteadyTime next = parts_.clock.steady_now() + longest_rest;
  for (const auto& [queue, place] : places_) {
    next = std::min(next, place.lease.next_ask());
    if (place.term) next = std::min(next, place.lease.held_until());
  }
  return next;
}

void RedisLeadership::resign() {
  std::vector<QueueKeys> leases;
  {
    const Lock lock(mutex_);
    for (auto& [queue, place] : places_) {
      if (place.term) leases.push_back(place.keys);
      place.term.reset();
    }
  }
  give_back(leases);
}

void RedisLeadership::give_back(const std::vector<QueueKeys>& leases) {
  if (leases.empty()) return;
  std::vector<ScriptCall> calls;
  calls.reserve(leases.size());
  for (const QueueKeys& keys : leases) calls.push_back({give_back_script, {keys.lease}, {parts_.name}});
  // What cannot be given back ends by itself.
  static_cast<void>(scripts_.run(calls, patience_at_the_end));
}

void RedisLeadership::end_overdue() {
  const SteadyTime now = parts_.clock.steady_now();
  std::vector<std::stop_source> over;
  {
    const Lock lock(mutex_);
    for (auto& [queue, place] : places_) {
      if (!place.term || place.lease.held(now)) continue;
      over.push_back(*std::exchange(place.term, std::nullopt));
      place.has_news = true;
    }
  }
  // Those who listen end calls: not under our lock.
  for (std::stop_source& term : over) term.request_stop();
  if (!over.empty()) {
    parts_.log.warn("ledger", "leases ran out before they could be renewed", {{"queues", std::to_string(over.size())}});
  }
}

std::optional<Term> RedisLeadership::term(const LedgerKey& queue) {
  end_overdue();
  const Lock lock(mutex_);
  const auto place = places_.find(queue);
  if (place == places_.end() || !place->second.term) return std::nullopt;
  return Term{.number = place->second.number, .over = place->second.term->get_token()};
}

Result<std::optional<Showing>, Failure> RedisLeadership::follow(const LedgerKey& queue) {
  LeaseAnswer current;
  {
    const Lock lock(mutex_);
    if (failure_) return Unexpected(*failure_);
    const auto place = places_.find(queue);
    if (place == places_.end() || !place->second.heard) return std::optional<Showing>{};
    current.generation = place->second.generation;
    current.news = place->second.news;
    const auto& followed = place->second.followed;
    if (followed && followed->generation == current.generation && followed->news == current.news) {
      return std::optional<Showing>{};
    }
  }
  auto showing = parts_.ledger.look(queue);
  if (!showing) return Unexpected(std::move(showing).error());
  const Lock lock(mutex_);
  const auto place = places_.find(queue);
  if (place != places_.end()) place->second.followed = current;
  return std::optional<Showing>(std::move(*showing));
}

void RedisLeadership::report(const LedgerKey& queue, const Report& report) {
  std::vector<std::string> arguments;
  QueueKeys keys;
  {
    const Lock lock(mutex_);
    const auto place = places_.find(queue);
    if (place == places_.end() || !place->second.term) return;
    keys = place->second.keys;
    arguments = {std::to_string(place->second.lease.own_epoch()), std::to_string(retention.count())};
  }
  for (std::string& each : fields_of(report)) arguments.push_back(std::move(each));
  // Without it the others show what they have, until it is stale.
  static_cast<void>(scripts_.run(ScriptCall{report_script, {keys.reign, keys.report}, std::move(arguments)},
                                 most_patience));
}

}  // namespace taskqueue
