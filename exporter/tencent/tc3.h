// Tencent Cloud's signature v3.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "exporter/api/credentials.h"
#include "exporter/api/http.h"
#include "exporter/clock.h"
#include "exporter/locks.h"
#include "exporter/secret.h"

namespace taskqueue {

/// Signs one request with TC3-HMAC-SHA256 for the given UTC second, in the name of `service` (`mps`), which need not be
/// part of the host.
///
/// Adds the headers Authorization, X-TC-Timestamp and, for temporary keys, X-TC-Token. Needs Host, Content-Type and the
/// final body and query; any later change of them breaks the signature. The server refuses a `now` more than 300 s off.
/// Pure. Source: Tencent Cloud API 3.0, "Signature v3".
void sign_tc3(HttpRequest& request, std::string_view service, const Credentials& credentials, WallTime now);

/// Marks a request that needs no signature: the headers Authorization, which says so, and X-TC-Timestamp.
void mark_unsigned(HttpRequest& request, WallTime now);

/// Does the same for one service, and keeps the signing key, which is good for a day: three of the four HMACs.
/// Thread-safe.
class Tc3Signer {
 public:
  explicit Tc3Signer(std::string service) : service_(std::move(service)) {}
  void sign(HttpRequest& request, const Credentials& credentials, WallTime now) const;

 private:
  Secret signing_key(const Secret& key, const std::string& date) const;

  const std::string service_;
  mutable Mutex mutex_;
  mutable std::string date_ GUARDED_BY(mutex_);
  mutable Secret made_of_ GUARDED_BY(mutex_);
  mutable Secret kept_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue
