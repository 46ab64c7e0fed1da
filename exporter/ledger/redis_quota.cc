#include "exporter/ledger/redis_quota.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "exporter/ledger/redis_quota_scripts.h"

namespace taskqueue {
namespace {

constexpr Milliseconds patience = std::chrono::seconds{1};
constexpr Milliseconds pause_without_redis{200};
constexpr Milliseconds longest_nap = std::chrono::seconds{2};
constexpr Milliseconds longest_way{250};  // of a request to the API
// A permission that took longer to come than was reckoned with is left unused, and the next is given more time.
constexpr Milliseconds first_allowance{100};
constexpr Milliseconds most_allowance{400};
constexpr double recovery_per_second = 1.0 / 60;
// Requests that were given up are never answered.
constexpr Milliseconds forgotten_after = std::chrono::seconds{30};

std::string text_of(double number) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  return {text.data(), end};
}

SteadyTime::duration in_milliseconds(double count) {
  return std::chrono::ceil<SteadyTime::duration>(std::chrono::duration<double, std::milli>(count));
}

}  // namespace

SharedQuota::SharedQuota(const SharedQuotaParts& parts, const CallLabels& call, double ceiling)
    : parts_(parts),
      keys_(quota_keys(parts.prefix, call)),
      ceiling_(ceiling),
      rate_(ceiling),
      heard_(parts.clock.steady_now()),
      next_live_(heard_),
      next_sweep_(heard_) {}

std::optional<SteadyTime> SharedQuota::take(Urgency urgency, const std::stop_token& stop) {
  const SteadyTime asked_first = parts_.clock.steady_now();
  Milliseconds allowance = first_allowance;
  while (true) {
    parts_.before_permission();
    if (stop.stop_requested()) return std::nullopt;
    const SteadyTime asked = parts_.clock.steady_now();
    const auto heard = ask(urgency, longest_way + allowance);
    const SteadyTime now = parts_.clock.steady_now();
    if (!heard) {
      parts_.clock.sleep_until(now + pause_without_redis, stop);
    } else if (!heard->permitted) {
      parts_.clock.sleep_until(std::min(heard->again, now + longest_nap), stop);
    } else if (now - asked <= allowance) {
      return remember(heard->permission, now, asked_first);
    } else {
      allowance = std::min(2 * allowance, most_allowance);
    }
  }
}

Result<SharedQuota::Heard, Failure> SharedQuota::ask(Urgency urgency, Milliseconds longest) {
  Permission permission{.id = nonce(parts_.random), .given = {}, .longest = longest};
  const auto reply =
      parts_.scripts.run(ScriptCall{take_script,
                                    {keys_.pace, keys_.recent},
                                    {ceiling_text(), rate_text(), urgency == Urgency::sweep ? "sweep" : "live",
                                     permission.id, std::to_string(longest.count())}},
                         patience);
  if (!reply) return Unexpected(reply.error());
  const SteadyTime now = parts_.clock.steady_now();
  note(*reply, 2, now);
  permission.given = reply->at(1).text;
  return Heard{.permitted = reply->at(0).number() == 1, .again = next(urgency), .permission = std::move(permission)};
}

void SharedQuota::note(const RedisReply& reply, std::size_t at, SteadyTime now) {
  const Lock lock(mutex_);
  rate_ = reply.at(at).real();
  heard_ = now;
  next_live_ = now + in_milliseconds(reply.at(at + 1).real());
  next_sweep_ = now + in_milliseconds(reply.at(at + 2).real());
}

SteadyTime SharedQuota::remember(Permission permission, SteadyTime now, SteadyTime asked) {
  const Lock lock(mutex_);
  ++taken_;
  waited_ += std::chrono::duration<double>(now - asked).count();
  while (!under_way_.empty() && now - under_way_.begin()->first > forgotten_after) under_way_.erase(under_way_.begin());
  while (under_way_.contains(now)) now += SteadyTime::duration{1};
  under_way_.emplace(now, std::move(permission));
  return now;
}

void SharedQuota::answered(SteadyTime taken) {
  Permission permission;
  {
    const Lock lock(mutex_);
    const auto found = under_way_.find(taken);
    if (found == under_way_.end()) return;
    permission = std::move(found->second);
    under_way_.erase(found);
  }
  const auto reply = parts_.scripts.run(ScriptCall{answered_script,
                                                   {keys_.pace, keys_.recent},
                                                   {ceiling_text(), rate_text(), permission.id, permission.given,
                                                    std::to_string(permission.longest.count())}},
                                        patience);
  if (reply) note(*reply, 0, parts_.clock.steady_now());
}

SteadyTime SharedQuota::next(Urgency urgency) const {
  const Lock lock(mutex_);
  return std::max(parts_.clock.steady_now(), urgency == Urgency::sweep ? next_sweep_ : next_live_);
}

void SharedQuota::throttled(std::optional<Milliseconds> quiet) {
  const auto reply = parts_.scripts.run(
      ScriptCall{throttled_script,
                 {keys_.pace, keys_.recent},
                 {ceiling_text(), rate_text(), std::to_string(quiet.value_or(Milliseconds{0}).count())}},
      patience);
  if (reply) note(*reply, 0, parts_.clock.steady_now());
}

Quota::Reading SharedQuota::read() const {
  const Lock lock(mutex_);
  const double since = std::chrono::duration<double>(parts_.clock.steady_now() - heard_).count();
  return {.rate = std::min(ceiling_, rate_ + ceiling_ * recovery_per_second * since),
          .ceiling = ceiling_,
          .waited = waited_,
          .taken = taken_};
}

void SharedQuota::set_ceiling(double ceiling) {
  const Lock lock(mutex_);
  if (rate_ >= ceiling_) rate_ = ceiling;
  ceiling_ = ceiling;
}

std::string SharedQuota::ceiling_text() const {
  const Lock lock(mutex_);
  return text_of(ceiling_);
}

std::string SharedQuota::rate_text() const { return text_of(read().rate); }

std::shared_ptr<Quota> SharedQuotaBook::make(const CallLabels& key, double ceiling) const {
  return std::make_shared<SharedQuota>(parts_, key, ceiling);
}

}  // namespace taskqueue
