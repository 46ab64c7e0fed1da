// How Alibaba's gateway takes a request for ECS: who calls what, the signature, JSON or XML, errors at the top level.
#pragma once

#include <string>

#include "exporter/simulator/nonces.h"
#include "exporter/simulator/tencent_door.h"

namespace taskqueue::simulator {

/// True where a request is meant for Alibaba: by its signature, or by its host.
[[nodiscard]] bool is_for_alibaba(const Request& request);

[[nodiscard]] Caller alibaba_caller(const Request& request, const KeyRing& keys);

/// The status is in the error: 4xx. A nonce counts as used once its signature was right.
[[nodiscard]] DoorResult alibaba_answer(const Request& request, const Caller& caller, const Moment& moment,
                                        Nonces& nonces, const std::string& request_id);

[[nodiscard]] std::string alibaba_error(const Request& request, const ApiError& error, const std::string& request_id);

/// True where the answer is XML: RPC requests without Format=JSON.
[[nodiscard]] bool wants_xml(const Request& request);

}  // namespace taskqueue::simulator
