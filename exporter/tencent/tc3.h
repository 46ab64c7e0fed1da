// Tencent Cloud's signature v3.
#pragma once

#include <string_view>

#include "exporter/api/credentials.h"
#include "exporter/api/http.h"
#include "exporter/clock.h"

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

}  // namespace taskqueue
