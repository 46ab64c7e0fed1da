// Why a call or a refresh did not work. Described once, where it happened; layers above add context, never log again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "exporter/clock.h"

namespace taskqueue {

/// What kind of reaction a failure asks for. The words of taskqueue_refreshes_total{result} are the same.
enum class FailureKind {
  throttled,    // the API or our own quota says: slower
  network,      // no connection, or it broke
  timeout,      // the deadline passed
  server,       // the other side's fault: 5xx, internal errors
  credentials,  // wrong, missing or expired keys
  permission,   // the keys are right but may not do this
  request,      // we asked for something the API refuses
  not_found,    // no such thing
  answer,       // an answer that cannot be understood
  stopped,      // we were told to stop
};

struct Failure {
  FailureKind kind = FailureKind::answer;
  std::string code{};                         // the provider's own, or empty
  std::string sentence{};                     // what happened, for people; never holds a secret
  std::string request_id{};                   // the provider's, or empty
  std::optional<Milliseconds> retry_after{};  // how long the provider asked us to keep quiet

  bool operator==(const Failure&) const = default;
};

/// At most 200 bytes of `text`, cut between characters of UTF-8: what others send may be of any length, and is logged,
/// shown and kept.
[[nodiscard]] std::string shortened(std::string_view text);

/// The failure with its code, sentence and request id shortened.
[[nodiscard]] Failure shortened(Failure failure);

/// The kind as it stands in metrics and logs: `throttled`, `network`, ...
[[nodiscard]] std::string_view word(FailureKind kind);

/// True where the same request may succeed a moment later.
[[nodiscard]] bool is_worth_retrying(FailureKind kind);

/// What the operator can do about it, one sentence; empty where waiting is all.
[[nodiscard]] std::string_view advice(FailureKind kind);

}  // namespace taskqueue
