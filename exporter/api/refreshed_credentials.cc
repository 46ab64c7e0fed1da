#include "exporter/api/refreshed_credentials.h"

#include <algorithm>
#include <utility>

#include "exporter/utc.h"

namespace taskqueue {
namespace {

constexpr Milliseconds longest_lead = std::chrono::minutes{5};  // as the vendors' SDKs
constexpr Milliseconds first_patience = std::chrono::seconds{2};
constexpr Milliseconds longest_patience = std::chrono::seconds{30};
constexpr Milliseconds young = std::chrono::seconds{5};

}  // namespace

Result<Credentials, Failure> RefreshedCredentials::get(const std::stop_token& stop) {
  {
    Lock lock(mutex_);
    while (true) {
      if (auto outcome = at_hand()) return std::move(*outcome);
      if (!is_fetching_) break;
      // Whatever the thread in front brings is there for us too; if it was stopped, one of us goes.
      fetched_.wait(lock, stop, [this]() REQUIRES(mutex_) { return !is_fetching_; });
      if (stop.stop_requested()) return Unexpected(Failure{.kind = FailureKind::stopped, .sentence = "stopped"});
    }
    is_fetching_ = true;
  }
  return fetch(stop);
}

void RefreshedCredentials::refused(const Credentials& keys) {
  const Lock lock(mutex_);
  if (!keys_ || were_refused_ || *keys_ != keys) return;
  if (were_given_again_ && parts_.clock.steady_now() < not_before_) return;  // the source has no others
  were_refused_ = true;
  if (were_given_again_) return;
  if (parts_.clock.steady_now() - fetched_at_ > young) refusals_ = 0;
  // The first time new keys are fetched at once. If those are refused too, it is not for their age.
  if (++refusals_ > 1)
    fail(no_keys("the cloud refuses new keys too: is the role of this account, and allowed to read?"));
}

/// What can be answered without asking the source now.
std::optional<Result<Credentials, Failure>> RefreshedCredentials::at_hand() const {
  const bool may_not_ask = is_fetching_ || parts_.clock.steady_now() < not_before_;
  if (are_valid() && (may_not_ask || parts_.cloud_clock.now() < renew_at_)) return *keys_;
  if (may_not_ask && !is_fetching_ && failure_) return Unexpected(*failure_);
  return std::nullopt;
}

bool RefreshedCredentials::are_valid() const {
  return keys_ && !were_refused_ && parts_.cloud_clock.now() < *keys_->expiry;
}

Result<Credentials, Failure> RefreshedCredentials::fetch(const std::stop_token& stop) {
  /// Whatever happens in between, the others must not wait for ever.
  struct Ending {
    RefreshedCredentials& all;
    ~Ending() {
      {
        const Lock lock(all.mutex_);
        all.is_fetching_ = false;
      }
      all.fetched_.notify_all();
    }
  };
  const Ending ending{*this};
  Result<Credentials, Failure> fetched = source_->fetch(stop);
  if (!fetched && fetched.error().kind == FailureKind::stopped) return fetched;
  Credentials still_valid;
  Failure reason;
  {
    const Lock lock(mutex_);
    fetched ? keep(*fetched) : fail(fetched.error());
    if (!failure_) return *keys_;
    if (!are_valid()) return Unexpected(*failure_);
    still_valid = *keys_;
    reason = *failure_;
  }
  parts_.log.warn("credentials", "keys could not be renewed, the old ones are valid still",
                  {{"account", account_}, {"expiry", utc_seconds(*still_valid.expiry)}, {"reason", reason.sentence}});
  return still_valid;
}

void RefreshedCredentials::keep(const Credentials& keys) {
  if (were_refused_ && keys.id == keys_->id && keys.token == keys_->token) {
    // Other calls of this account may be allowed with them: who was refused must not take them from all.
    were_refused_ = false;
    were_given_again_ = true;
    fail(no_keys("the keys that the cloud has refused are given again"));
    return;
  }
  const auto life = *keys.expiry - parts_.cloud_clock.now();
  renew_at_ = *keys.expiry - std::min<Milliseconds>(longest_lead, life / 4);
  keys_ = keys;
  fetched_at_ = parts_.clock.steady_now();
  were_refused_ = were_given_again_ = false;
  failure_.reset();
  patience_ = Milliseconds{0};
  not_before_ = SteadyTime::min();
}

void RefreshedCredentials::fail(Failure failure) {
  failure_ = std::move(failure);
  patience_ = std::clamp(2 * patience_, first_patience, longest_patience);
  not_before_ = parts_.clock.steady_now() + patience_;
}

}  // namespace taskqueue
