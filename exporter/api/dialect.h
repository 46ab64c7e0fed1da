// How one provider is spoken: what a request looks like, and what an answer means.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "exporter/api/credentials.h"
#include "exporter/api/fields.h"
#include "exporter/api/http.h"
#include "exporter/api/quota.h"
#include "exporter/failure.h"
#include "exporter/result.h"

namespace taskqueue {

/// What we want of an API.
struct Call {
  std::string action;
  Json parameters = Json::object();
  Urgency urgency = Urgency::live;
  std::vector<std::string> secrets{};  // names of parameters that nobody must see
};

/// What an API said.
struct Answer {
  Document fields;  // an object
  std::string request_id;
  WallTime date{};  // cloud time, from the Date header
};

/// What goes into a signature besides the call.
struct Signing {
  const Credentials& credentials;
  std::string host;   // the value of the Host header
  WallTime now;       // cloud time
  std::string nonce;  // new for each attempt
};

class Dialect {
 public:
  Dialect() = default;
  Dialect(const Dialect&) = delete;
  Dialect& operator=(const Dialect&) = delete;
  virtual ~Dialect() = default;

  /// The signed request. Pure.
  [[nodiscard]] virtual HttpRequest request(const Call& call, const Signing& signing) const = 0;

  /// The answer's meaning; its date is left for the caller. Pure.
  [[nodiscard]] virtual Result<Answer, Failure> judge(const HttpResponse& response) const = 0;

  /// True for the codes that may stand in the label `code`.
  [[nodiscard]] virtual bool is_documented(std::string_view code) const = 0;

  /// True where the code says that our clock is off.
  [[nodiscard]] virtual bool is_clock_fault(std::string_view code) const = 0;
};

}  // namespace taskqueue
