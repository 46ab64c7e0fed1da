#include "exporter/simulator/recorded.h"

#include <array>

namespace taskqueue::simulator {
namespace {

struct Example {
  std::string_view status;
  std::string_view token;
  const std::string_view& body;
};

const std::array<Example, 3> mps_examples{{
    {"FINISH", "", recorded::mps_finish_1},
    {"FINISH", "taskId6", recorded::mps_finish_2},
    {"PROCESSING", "", recorded::mps_processing},
}};

const std::array<Example, 3> vod_examples{{
    {"FINISH", "", recorded::vod_finish_1},
    {"FINISH", "taskId6", recorded::vod_finish_2},
    {"PROCESSING", "", recorded::vod_processing},
}};

template <class Examples>
std::string_view find(const Examples& examples, const Json& parameters) {
  const auto status = parameters.value("Status", "");
  const auto token = parameters.value("ScrollToken", "");
  for (const Example& example : examples) {
    if (example.status == status && example.token == token) return example.body;
  }
  return {};
}

constexpr const char* recorded_request_id = "46311b39-10ce-47eb-b2b6-7ce82bb4476d";

/// A list in which there is nothing; a token given back leads nowhere but to itself.
std::string empty_list(const Json& parameters, bool with_total) {
  Json response{{"TaskSet", Json::array()}, {"ScrollToken", ""}, {"RequestId", recorded_request_id}};
  if (parameters.value("ScrollToken", "") == "token-test") response["ScrollToken"] = "token-test";
  if (with_total) response["TotalCount"] = 0;
  return Json{{"Response", std::move(response)}}.dump();
}

/// VOD without Status: the examples' seven tasks on one page.
std::string all_of_vod() {
  Json all = Json::parse(recorded::vod_finish_1);
  Json& tasks = all["Response"]["TaskSet"];
  for (const auto& body : {recorded::vod_finish_2, recorded::vod_processing}) {
    const Json more = Json::parse(body);
    for (const Json& task : more.at("Response").at("TaskSet")) tasks.push_back(task);
  }
  all["Response"]["ScrollToken"] = "token-test";
  return all.dump();
}

}  // namespace

Result<std::string, ApiError> recorded_answer(std::string_view service, std::string_view action,
                                              const Json& parameters) {
  if (service == "mps") {
    const auto body = find(mps_examples, parameters);
    return body.empty() ? empty_list(parameters, true) : std::string(body);
  }
  if (service == "vod" && action == "DescribeTasks") {
    if (!parameters.contains("Status") && parameters.value("ScrollToken", "").empty()) return all_of_vod();
    const auto body = find(vod_examples, parameters);
    return body.empty() ? empty_list(parameters, false) : std::string(body);
  }
  if (service == "batch" && action == "DescribeTask" && parameters.at("JobId") == "job-97zcl3wt") {
    if (parameters.at("TaskName") == "A") return std::string(recorded::batch_task);
    return refuse("ResourceNotFound.Task", "The recorded job has one task, A.");
  }
  return refuse("ResourceNotFound", "There is no recorded answer.");
}

}  // namespace taskqueue::simulator
