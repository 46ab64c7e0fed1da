// Alibaba Cloud's signature v3.
#pragma once

#include <string>

#include "exporter/api/credentials.h"
#include "exporter/api/http.h"
#include "exporter/clock.h"

namespace taskqueue {

/// Signs one request with ACS3-HMAC-SHA256 for the given UTC second.
///
/// Adds the headers x-acs-date, x-acs-signature-nonce, x-acs-content-sha256, Authorization and, for temporary keys,
/// x-acs-security-token. Needs the path `/`, the final body, Host and the other x-acs headers, and a query that is
/// canonical already: names in order, both sides percent-encoded. The signature covers Host, Content-Type and every
/// x-acs header; any later change of them breaks it. The server refuses a `now` more than 15 minutes off and a nonce it
/// has seen. Pure. Source: Alibaba Cloud, "Request syntax and signature method V3".
void sign_acs3(HttpRequest& request, const Credentials& credentials, WallTime now, const std::string& nonce);

}  // namespace taskqueue
