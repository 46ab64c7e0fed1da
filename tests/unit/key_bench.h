// What finding keys needs, with a clock that stands still, an environment of the test's own and services that it plays.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "exporter/api/key_parts.h"
#include "exporter/api/local_quota.h"
#include "exporter/manual_clock.h"
#include "exporter/utc.h"

namespace taskqueue {

class KeyBench {
 public:
  using Answer = Result<HttpResponse, Failure>;
  using Answerer = std::function<Answer(const Endpoint&, const HttpRequest&)>;

  explicit KeyBench(Answerer answerer = {}) : transport_(asked, std::move(answerer)) {}
  ~KeyBench() {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  KeyBench(const KeyBench&) = delete;
  KeyBench& operator=(const KeyBench&) = delete;

  /// A file below a home of the test's own, which the environment then names.
  std::string write(const std::string& name, const std::string& text) {
    if (folder_.empty()) {
      std::string made = (std::filesystem::temp_directory_path() / "taskqueue-keys-XXXXXX").string();
      folder_ = ::mkdtemp(made.data());
      variables["HOME"] = folder_;
    }
    const std::filesystem::path file = std::filesystem::path(folder_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file;
  }

  static HttpResponse says(std::string body, int status = 200) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    return response;
  }
  static Answer nobody() { return Unexpected(Failure{.kind = FailureKind::network, .sentence = "cannot connect"}); }

  struct Asked {
    Endpoint endpoint;
    HttpRequest request;
    [[nodiscard]] std::string header(std::string_view name) const {
      for (const Header& each : request.headers) {
        if (each.name == name) return each.value;
      }
      return {};
    }
  };

  ManualClock clock{*parse_utc("2026-03-01T10:00:00Z")};
  std::map<std::string, std::string, std::less<>> variables;
  std::vector<Asked> asked;  // in order
  std::stop_source stop;

 private:
  struct AnsweringTransport final : Transport {
    AnsweringTransport(std::vector<Asked>& log, Answerer answerer) : asked(log), answer(std::move(answerer)) {}
    Result<HttpResponse, Failure> send(const Endpoint& endpoint, const HttpRequest& request, SteadyTime,
                                       const std::stop_token&) override {
      asked.push_back({endpoint, request});
      return answer(endpoint, request);
    }
    std::vector<Asked>& asked;
    Answerer answer;
  };
  struct CountingRandom final : Random {
    std::uint64_t bits() override { return ++last; }
    std::uint64_t last = 0;
  };

  std::string folder_;
  AnsweringTransport transport_;
  LocalQuotaBook quotas_{clock};
  CountingRandom random_;
  SilentLog log_;
  Environment environment_ = [this](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };

 public:
  Instruments instruments;
  CloudClock cloud_clock{clock, "cloud", instruments};
  KeyParts parts{clock, transport_, quotas_, cloud_clock, instruments, random_, log_, environment_};
};

}  // namespace taskqueue
