// What a call to a cloud belongs to: the labels of taskqueue_api_*, and the key of a quota.
#pragma once

#include <compare>
#include <string>

namespace taskqueue {

struct CallLabels {
  std::string provider;  // tencent, alibaba
  std::string account;
  std::string cloud_service;
  std::string cloud_region;  // empty where the API has none: no such label
  std::string action;

  auto operator<=>(const CallLabels&) const = default;
};

}  // namespace taskqueue
