// A scripted cloud of Tencent's whose answers are a function of the request's parameters.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "exporter/tencent/tencent_dialect.h"
#include "tests/unit/scripted_cloud.h"

namespace taskqueue {

class CannedCloud {
 public:
  /// Gives the content of `Response`.
  using Answers = std::function<Json(const Json& parameters)>;
  explicit CannedCloud(Answers answers)
      : cloud_([this, answers = std::move(answers)](const HttpRequest& request) {
          asked.push_back(Json::parse(request.body));
          return cloud_.says(Json{{"Response", answers(asked.back())}}.dump());
        }) {}

  [[nodiscard]] std::unique_ptr<Client> client(std::vector<std::string> actions = {"DescribeTasks"}) {
    const TencentDialect::Product mps{.service = "mps", .version = "2019-06-12", .region = ""};
    return cloud_.client(std::make_unique<TencentDialect>(mps), std::move(actions));
  }

  std::vector<Json> asked;  // the parameters, in order

 private:
  ScriptedCloud cloud_;
};

inline Json error_answer(const std::string& code) {
  return {{"Error", {{"Code", code}, {"Message", "no"}}}, {"RequestId", "r"}};
}

}  // namespace taskqueue
