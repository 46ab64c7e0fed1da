#include "exporter/web/access_line.h"

#include <chrono>
#include <string>

#include "tests/catch.h"

using namespace taskqueue;
using namespace taskqueue::web;

namespace {

class Diary final : public Log {
 public:
  explicit Diary(LogLevel level) : level_(level) {}
  bool shows(LogLevel level) const override { return level >= level_; }
  void write(LogLevel, std::string_view room, std::string_view event, Fields fields) override {
    text.append(room).append(": ").append(event);
    for (const LogField& field : fields) text.append(" ").append(field.key).append("=").append(field.value);
  }
  std::string text;

 private:
  const LogLevel level_;
};

Request scrape() {
  Request request;
  request.method = "GET";
  request.path = "/metrics";
  request.query = {{"password", "hunter2"}};
  request.peer = "127.0.0.1:5000";
  return request;
}

}  // namespace

TEST_CASE("an access is one line without the query", "[web][access_line]") {
  Diary log(LogLevel::debug);
  log_access(log, scrape(), {.status = 200, .bytes = 1234, .took = std::chrono::milliseconds{2}, .broken = false});
  CHECK(log.text == "web: answered method=GET path=/metrics status=200 bytes=1234 peer=127.0.0.1:5000 took_us=2000");
}

TEST_CASE("accesses are not for the usual level", "[web][access_line]") {
  Diary log(LogLevel::info);
  log_access(log, scrape(), {.status = 200});
  CHECK(log.text.empty());
}

TEST_CASE("an endless path is cut in the log", "[web][access_line]") {
  Diary log(LogLevel::debug);
  Request request = scrape();
  request.path.assign(10000, 'a');
  log_access(log, request, {.status = 404});
  CHECK(log.text.size() < 400);
}
