// Serves ten thousand series as the exporter does: its shelf, its pages, its server, its own instruments.
//   scrape_server [QUEUES [WEB_CONFIG]]   another number of queues, of 1,100 series each; with a web configuration,
//   over TLS
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "exporter/clock.h"
#include "exporter/log.h"
#include "exporter/metrics/instruments.h"
#include "exporter/metrics/process.h"
#include "exporter/random.h"
#include "exporter/refresh/shelf.h"
#include "exporter/web/pages.h"
#include "exporter/web/scrape_desk.h"
#include "exporter/web/server.h"
#include "exporter/web/web_config_file.h"
#include "tests/bench/ten_thousand.h"

using namespace taskqueue;

namespace {

void publish(Shelf& shelf, std::vector<bench::BusyQueue> queues, WallTime now) {
  std::vector<QueueLabels> labels;
  for (const auto& queue : queues) labels.push_back(queue.labels);
  shelf.arrange(labels);
  for (auto& queue : queues) {
    shelf.publish(queue.labels, queue.status, std::make_shared<const Snapshot>(std::move(queue.snapshot)), now);
  }
}

/// As much of ourselves as a configuration of several accounts makes.
void use(Instruments& instruments) {
  for (const char* account : {"media", "archive", "studio"}) {
    for (const char* action : {"DescribeTasks", "DescribeTaskDetail"}) {
      const CallLabels call{"tencent", account, "mps", "", action};
      instruments.expect_calls(call);
      for (int i = 1; i < 50; ++i) instruments.call(call, i % 20 == 0 ? "InternalError" : "OK", 0.007 * i);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  SystemClock clock;
  StreamLog log(stderr, clock, {});
  Instruments instruments;
  use(instruments);
  Shelf shelf;
  const WallTime now = clock.wall_now();
  publish(shelf,
          argc > 1 ? bench::busy_queues(std::strtoull(argv[1], nullptr, 10), now) : bench::ten_thousand_series(now),
          now);
  web::ScrapeDesk desk(shelf, clock, [&] {
    auto families = instruments.collect();
    for (auto& family : process_families()) families.push_back(std::move(family));
    return families;
  });
  web::Site site;
  site.view = [&] { return shelf.view(clock.wall_now()); };
  site.metrics = [&](const std::vector<std::string>& queues, Shape shape) { return desk.answer(queues, shape); };
  site.sickness = [] { return std::nullopt; };
  site.on_scrape = [&](int status) { instruments.scraped(status); };
  SystemRandom random;
  std::optional<web::WebConfigFile> config;
  if (argc > 2 && !config.emplace(argv[2], clock, log).open().empty()) return 1;
  web::ServerOptions options{.web_config = config ? &*config : nullptr, .random = &random};
  web::Server server(web::Router(web::pages(std::move(site), clock)), clock, log, std::move(options));
  if (const auto listening = server.listen("127.0.0.1:0"); !listening) {
    std::fprintf(stderr, "%s\n", listening.error().c_str());
    return 1;
  }
  server.start();
  std::printf("listens on http://%s\n", web::text(server.bound().at(0)).c_str());
  std::fflush(stdout);
  int signal = 0;
  ::sigwait(&signals, &signal);
  server.stop(Milliseconds{1000});
}
