// Alibaba Cloud's RPC-style APIs: parameters in the query of a POST, errors at the top level of a 4xx or 5xx.
#pragma once

#include <string>

#include "exporter/api/dialect.h"

namespace taskqueue {

class AlibabaDialect final : public Dialect {
 public:
  /// `api_version` is the API's: 2014-05-26.
  explicit AlibabaDialect(std::string api_version) : version_(std::move(api_version)) {}

  /// Parameters that are no text become their JSON text: 100, true.
  [[nodiscard]] HttpRequest request(const Call& call, const Signing& signing) const override;

  /// A throttled answer says how long to keep quiet: what x-acs-retry-after asks, at most 120 s, else up to the next
  /// full minute of cloud time, since quotas are counted by the minute.
  [[nodiscard]] Result<Answer, Failure> judge(const HttpResponse& response) const override;
  [[nodiscard]] bool is_documented(std::string_view code) const override;
  [[nodiscard]] bool is_clock_fault(std::string_view code) const override;

 private:
  const std::string version_;
};

}  // namespace taskqueue
