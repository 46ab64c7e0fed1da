// Work in small, always the same, whose instructions tests/e2e/instructions_test.py counts.
//   instructions WORK        rendering, parsing, signing or counting
//   instructions toolchain   what the counts depend on
// Only what runs inside measured() is counted.
#include <gnu/libc-version.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "exporter/alibaba/acs3.h"
#include "exporter/metrics/rendering.h"
#include "exporter/tally/task_tally.h"
#include "exporter/tencent/task_item.h"
#include "exporter/tencent/tencent_dialect.h"
#include "exporter/utc.h"
#include "exporter/version.h"
#include "tests/bench/ten_thousand.h"

using namespace taskqueue;

extern "C" [[gnu::noinline]] void measured(const std::function<void()>& work) { work(); }

namespace {

const WallTime noon = *parse_utc("2026-03-01T12:00:00Z");

std::string time_text(int number) { return utc_seconds(noon + std::chrono::seconds{number}); }

/// A page of a hundred tasks as VOD's documents show them.
std::string page(int first) {
  std::string text = R"({"Response": {"TaskSet": [)";
  for (int i = first; i < first + 100; ++i) {
    text += (i > first ? ", " : "") + std::string(R"({"TaskId": "1500000001-Procedure-)") + std::to_string(1000000 + i) +
            R"(", "Status": "FINISH", "TaskType": "Procedure", "CreateTime": ")" + time_text(i) +
            R"(", "BeginProcessTime": ")" + time_text(i + 3) + R"(", "FinishTime": ")" + time_text(i + 40) +
            R"(", "SessionContext": "", "SessionId": "", "FileId": "52858906980)" + std::to_string(i) + R"("})";
  }
  return text + R"(], "ScrollToken": "next", "RequestId": "46311b39-10ce-47eb-b2b6-7ce82bb4476d"}})";
}

std::size_t parse_pages() {
  const TencentDialect dialect({.service = "vod", .version = "2018-07-17", .region = ""});
  std::size_t read = 0;
  HttpResponse response;
  response.status = 200;
  response.body = page(0);
  measured([&] {
    for (int i = 0; i < 5; ++i) {
      const auto answer = dialect.judge(response);
      for (const Value& item : *array_member(answer->fields, "TaskSet")) {
        read += read_task(item, "FINISH").ended.has_value() ? 1 : 0;
      }
    }
  });
  return read;
}

std::size_t sign_calls() {
  const TencentDialect dialect({.service = "vod", .version = "2018-07-17", .region = ""});
  const Credentials credentials{.id = "AKIDexample", .key = Secret("example-key"), .token = {}};
  const Call call{.action = "DescribeTasks", .parameters = {{"SubAppId", 1500000001}, {"Limit", 100}}};
  const auto both = [&] {
    HttpRequest acs;
    acs.headers = {{"Host", "ecs.cn-hangzhou.aliyuncs.com"}, {"x-acs-action", "DescribeTasks"}};
    sign_acs3(acs, credentials, noon, "0123456789abcdef0123456789abcdef");
    const HttpRequest tc3 = dialect.request(call, {credentials, "vod.tencentcloudapi.com", noon, "nonce"});
    return tc3.headers.size() + acs.headers.size();
  };
  std::size_t headers = both();  // the first looks up what later ones find
  measured([&] {
    for (int i = 0; i < 50; ++i) headers += both();
  });
  return headers;
}

std::size_t render_queue() {
  const bench::BusyQueue queue = bench::busy_queue(1, noon);
  std::size_t fragments = 0;
  measured([&] {
    const Rendering anew = render(queue.labels, queue.status, &queue.snapshot, noon);
    const Rendering again = render(queue.labels, queue.status, &queue.snapshot, noon, {&anew, &queue.snapshot});
    fragments += anew.size() + again.size();
  });
  return fragments;
}

/// In each round a hundred tasks are live, and those of the round before have ended.
class RoundsReader final : public TaskReader {
 public:
  explicit RoundsReader(const int& round) : round_(round) {}
  [[nodiscard]] Vocabulary vocabulary() const override {
    return {.types = {"A"},
            .rows = {{"PROCESSING", Phase::running}, {"FINISH", Phase::succeeded}},
            .outcomes = {Phase::succeeded},
            .ended = "FINISH",
            .window = std::chrono::hours{72},
            .tells_start = true};
  }
  [[nodiscard]] Abilities abilities() const override { return {}; }
  Result<Reading, Failure> live(const LiveQuestion&, const TaskSink& sink) override {
    return pass(round_, Phase::running, sink);
  }
  Result<Reading, Failure> ended_since(WallTime, Haste, const TaskSink& sink) override {
    return pass(round_ - 1, Phase::succeeded, sink);
  }
  Result<Reading, Failure> ended_between(WallTime, WallTime, const TaskSink&) override { return now(); }
  Result<Reading, Failure> ended(const TaskSink&) override { return now(); }
  Result<Reading, Failure> look_up(WallTime, const TaskSink&) override { return now(); }
  Result<std::int64_t, Failure> total(std::optional<WallTime>) override { return 0; }

 private:
  [[nodiscard]] Reading now() const { return {.as_of = noon + std::chrono::seconds{30 * round_}}; }
  Result<Reading, Failure> pass(int round, Phase phase, const TaskSink& sink) const {
    const WallTime created = noon + std::chrono::seconds{30 * round - 10};
    for (int i = 0; i < 100; ++i) {
      Task task{.id = "1500000001-A-" + std::to_string(100 * round + i),
                .type = "A",
                .status = phase == Phase::running ? "PROCESSING" : "FINISH",
                .phase = phase,
                .created = created,
                .began = created + std::chrono::seconds{1},
                .ended = {}};
      if (phase == Phase::succeeded) task.ended = created + std::chrono::seconds{20};
      sink(std::move(task));
    }
    return now();
  }

  const int& round_;
};

std::size_t count_rounds() {
  int round = 0;
  TaskTally tally(std::make_unique<RoundsReader>(round), {});
  QueueState state;
  std::optional<Snapshot> shown;
  const auto refresh = [&] {
    auto counted = tally.refresh(state, shown ? &*shown : nullptr);
    state = std::move(counted->after);
    shown = std::move(counted->snapshot);
    ++round;
  };
  for (int i = 0; i < 3; ++i) refresh();
  measured([&] {
    for (int i = 0; i < 10; ++i) refresh();
  });
  return state.tasks.counters["A"].finished[Phase::succeeded];
}

}  // namespace

int main(int argc, char** argv) {
  const std::string work = argc > 1 ? argv[1] : "";
  const std::map<std::string, std::function<std::size_t()>> works{
      {"rendering", render_queue}, {"parsing", parse_pages}, {"signing", sign_calls}, {"counting", count_rounds}};
  if (work == "toolchain") {
    std::printf("%s, glibc %s\n", compiler, ::gnu_get_libc_version());
    return 0;
  }
  const auto found = works.find(work);
  if (found == works.end()) {
    std::fprintf(stderr, "instructions rendering|parsing|signing|counting|toolchain\n");
    return 2;
  }
  std::printf("%zu\n", found->second());
}
