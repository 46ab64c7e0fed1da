// Tencent Cloud API 3.0: JSON by POST, the envelope, its error codes.
#pragma once

#include <string>

#include "exporter/api/dialect.h"
#include "exporter/tencent/tc3.h"

namespace taskqueue {

class TencentDialect final : public Dialect {
 public:
  struct Product {
    std::string service;    // mps
    std::string version;    // 2019-06-12
    std::string region;     // empty: not sent
    bool is_signed = true;  // false: for actions that anybody may call
  };
  explicit TencentDialect(Product product) : product_(std::move(product)), signer_(product_.service) {}

  [[nodiscard]] HttpRequest request(const Call& call, const Signing& signing) const override;
  [[nodiscard]] Result<Answer, Failure> judge(const HttpResponse& response) const override;
  [[nodiscard]] bool is_documented(std::string_view code) const override;
  [[nodiscard]] bool is_clock_fault(std::string_view code) const override;

 private:
  const Product product_;
  const Tc3Signer signer_;
};

}  // namespace taskqueue
