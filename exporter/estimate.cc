#include "exporter/estimate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "exporter/catalogue.h"

namespace taskqueue {
namespace {

using std::chrono::duration;

double in_seconds(Milliseconds time) { return duration<double>(time).count(); }

NamedInBatch named_in(const QueueConfig& queue) {
  NamedInBatch named;
  for (const NamedJob& job : queue.jobs) {
    if (job.tasks.empty()) {
      named.jobs += 1;
    } else {
      named.tasks += static_cast<double>(job.tasks.size());
    }
  }
  return named;
}

double sweep_calls(const QueueConfig& queue) {
  if (!queue.expect) return 0;
  if (queue.service == "mps") return mps_sweep_calls(load_of(queue));
  if (queue.service == "vod") return vod_sweep_calls(load_of(queue));
  return 0;
}

/// A share of `total` for each demand: what it asks for, or, where all together ask for too much, an equal part of
/// what those who ask for less leave over. So a limiter divides that serves waiting queues in turn.
std::vector<double> fair_shares(const std::vector<double>& demands, double total) {
  std::vector<double> rising = demands;
  std::ranges::sort(rising);
  double left = total;
  double level = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < rising.size(); ++i) {
    const double part = left / static_cast<double>(rising.size() - i);
    if (rising[i] > part) {
      level = part;
      break;
    }
    left -= rising[i];
  }
  std::vector<double> shares;
  shares.reserve(demands.size());
  for (const double demand : demands) shares.push_back(std::min(demand, level));
  return shares;
}

constexpr Milliseconds longest_interval = std::chrono::hours{24 * 365};

/// The shortest interval, not shorter than the configured one, at which the queue asks for no more than `allowed`;
/// nothing where there is none. To a thousandth.
std::optional<Milliseconds> stretched(const QueueConfig& queue, const std::string& action, double allowed) {
  const auto fits = [&](Milliseconds interval) {
    return call_rates(queue, load_of(queue), interval)[action] <= allowed * (1 + 1e-9);
  };
  Milliseconds too_short = queue.polling.interval;
  Milliseconds enough = longest_interval;
  if (fits(too_short)) return too_short;
  if (!fits(enough)) return std::nullopt;
  while (enough - too_short > too_short / 1000) {
    const Milliseconds middle = too_short + (enough - too_short) / 2;
    (fits(middle) ? enough : too_short) = middle;
  }
  return enough;
}

class AccountEstimator {
 public:
  AccountEstimator(const AccountConfig& account, double quota_share) : account_(account), quota_share_(quota_share) {
    result_.name = account.name;
    result_.provider = account.provider;
  }

  void add(const QueueConfig& queue) {
    configs_.push_back(&queue);
    result_.queues.push_back({.queue = queue.name,
                              .service = queue.service,
                              .region = queue.region,
                              .configured = queue.polling.interval,
                              .in_force = queue.polling.interval,
                              .has_expectation = queue.expect.has_value(),
                              .sweep_calls = sweep_calls(queue)});
    CallRates idle = call_rates(queue, {}, queue.polling.interval);
    for (const auto& [action, wanted] : call_rates(queue, load_of(queue), queue.polling.interval)) {
      if (wanted <= 0 && idle[action] <= 0) continue;
      line(queue, action)
          .queues.push_back(
              {.queue = configs_.size() - 1, .idle = idle[action], .wanted = std::max(wanted, idle[action])});
    }
  }

  AccountEstimate finish() {
    for (std::size_t i = 0; i < result_.actions.size(); ++i) stretch(i);
    for (ActionEstimate& action : result_.actions) {
      for (QueueCalls& calls : action.queues) {
        const QueueConfig& queue = *configs_[calls.queue];
        calls.in_force = call_rates(queue, load_of(queue), result_.queues[calls.queue].in_force)[action.action];
      }
    }
    return std::move(result_);
  }

 private:
  ActionEstimate& line(const QueueConfig& queue, const std::string& action) {
    for (ActionEstimate& known : result_.actions) {
      if (known.service == queue.service && known.region == queue.region && known.action == action) return known;
    }
    const auto own = account_.limits.find(queue.service + "." + action);
    const auto& actions = service(queue.service).actions;
    const bool is_own = own != account_.limits.end();
    const double limit = is_own ? own->second : std::ranges::find(actions, action, &Action::name)->requests_per_second;
    return result_.actions.emplace_back(ActionEstimate{.service = queue.service,
                                                       .region = queue.region,
                                                       .action = action,
                                                       .limit = limit,
                                                       .is_own_limit = is_own,
                                                       .ceiling = limit * quota_share_});
  }

  void stretch(std::size_t place) {
    const ActionEstimate& action = result_.actions[place];
    std::vector<double> wanted;
    for (const QueueCalls& calls : action.queues) wanted.push_back(calls.wanted);
    const std::vector<double> allowed = fair_shares(wanted, action.ceiling);
    for (std::size_t i = 0; i < action.queues.size(); ++i) {
      if (allowed[i] >= wanted[i]) continue;
      QueueEstimate& queue = result_.queues[action.queues[i].queue];
      const auto interval = stretched(*configs_[action.queues[i].queue], action.action, allowed[i]);
      if (queue.keeps_up && (!interval || *interval > queue.in_force)) queue.held_up_by = place;
      queue.keeps_up &= interval.has_value();
      queue.in_force = std::max(queue.in_force, interval.value_or(queue.configured));
    }
  }

  const AccountConfig& account_;
  const double quota_share_;
  std::vector<const QueueConfig*> configs_;
  AccountEstimate result_;
};

}  // namespace

double ActionEstimate::sum(double QueueCalls::*calls) const {
  double all = 0;
  for (const QueueCalls& each : queues) all += each.*calls;
  return all;
}

QueueLoad load_of(const QueueConfig& queue) {
  if (!queue.expect) return {};
  const Expectation& expect = *queue.expect;
  return {.queued = static_cast<double>(expect.queued),
          .running = static_cast<double>(expect.running),
          .ended_per_second = expect.ended_per_hour / 3600,
          .jobs = static_cast<double>(expect.jobs),
          .tasks_per_job = static_cast<double>(expect.tasks_per_job)};
}

CallRates call_rates(const QueueConfig& queue, const QueueLoad& load, Milliseconds interval) {
  const ReadingRhythm rhythm{.interval = in_seconds(interval), .recount = in_seconds(queue.polling.recount)};
  if (queue.service == "mps") return mps_call_rates(load, rhythm);
  if (queue.service == "vod") return vod_call_rates(load, rhythm, queue.outcomes_from_detail);
  if (queue.service == "ecs") return ecs_call_rates(load, rhythm);
  if (queue.jobs.empty()) return batch_call_rates(load, rhythm);
  return named_batch_call_rates(named_in(queue), load, rhythm);
}

Estimate estimate(const Config& config) {
  std::map<std::string, AccountEstimator> accounts;
  for (const QueueConfig& queue : config.queues) {
    accounts.try_emplace(queue.account, config.accounts.at(queue.account), config.guards.quota_share)
        .first->second.add(queue);
  }
  Estimate all{.quota_share = config.guards.quota_share, .accounts = {}};
  for (auto& [name, account] : accounts) all.accounts.push_back(account.finish());
  return all;
}

}  // namespace taskqueue
