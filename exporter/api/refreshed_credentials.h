// Keys that expire, renewed in time: one thread asks, the others go on with what is still valid or wait for it.
#pragma once

#include <condition_variable>
#include <memory>
#include <optional>
#include <string>

#include "exporter/api/cloud_clock.h"
#include "exporter/api/credentials.h"
#include "exporter/clock.h"
#include "exporter/locks.h"
#include "exporter/log.h"

namespace taskqueue {

/// Keys are renewed 5 minutes before they expire, or when a quarter of their life is left if that is less. A source
/// that fails is asked again after 2 seconds, then less and less often, down to once in 30.
class RefreshedCredentials final : public CredentialsProvider {
 public:
  struct Parts {
    const Clock& clock;
    const CloudClock& cloud_clock;  // whose time an expiry is
    Log& log;
  };
  /// `account` is for the log.
  RefreshedCredentials(std::unique_ptr<KeySource> source, std::string account, const Parts& parts)
      : source_(std::move(source)), account_(std::move(account)), parts_(parts) {}

  Result<Credentials, Failure> get(const std::stop_token& stop) override;
  void refused(const Credentials& keys) override;

 private:
  [[nodiscard]] std::optional<Result<Credentials, Failure>> at_hand() const REQUIRES(mutex_);
  [[nodiscard]] bool are_valid() const REQUIRES(mutex_);
  [[nodiscard]] Result<Credentials, Failure> fetch(const std::stop_token& stop);
  void keep(const Credentials& keys) REQUIRES(mutex_);
  void fail(Failure failure) REQUIRES(mutex_);

  // Constant after construction.
  const std::unique_ptr<KeySource> source_;
  const std::string account_;
  const Parts parts_;

  mutable Mutex mutex_;
  std::condition_variable_any fetched_;
  bool is_fetching_ GUARDED_BY(mutex_) = false;
  std::optional<Credentials> keys_ GUARDED_BY(mutex_);
  WallTime renew_at_ GUARDED_BY(mutex_){};
  SteadyTime fetched_at_ GUARDED_BY(mutex_){};
  bool were_refused_ GUARDED_BY(mutex_) = false;                 // the keys, by the cloud
  bool were_given_again_ GUARDED_BY(mutex_) = false;             // by the source, after that
  int refusals_ GUARDED_BY(mutex_) = 0;                          // of young keys, one after the other
  std::optional<Failure> failure_ GUARDED_BY(mutex_);            // of the last time that the source was asked
  SteadyTime not_before_ GUARDED_BY(mutex_){SteadyTime::min()};  // the source is left in peace until then
  Milliseconds patience_ GUARDED_BY(mutex_){0};
};

}  // namespace taskqueue
