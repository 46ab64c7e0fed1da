// cloud_simulator: the pretend cloud on its own.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include "exporter/clock.h"
#include "exporter/simulator/cloud.h"
#include "exporter/simulator/demo.h"
#include "exporter/simulator/listener.h"

namespace {

using namespace taskqueue;
using namespace taskqueue::simulator;

struct Flags {
  std::string address = "127.0.0.1:18080";
  std::string cloud = "demo";
  std::uint64_t seed = 1;
  Load load;
  std::optional<double> retried_share;
};

CloudPlan plan_for(const Flags& flags) {
  CloudPlan plan = flags.cloud == "seed" ? seed_cloud() : flags.cloud == "load" ? load_cloud(flags.load) : demo_cloud();
  plan.seed = flags.seed;
  for (AccountPlan& account : plan.accounts) {
    for (BatchPlan& batch : account.batches) {
      batch.world.retried_share = flags.retried_share.value_or(batch.world.retried_share);
    }
  }
  return plan;
}

void introduce(const CloudPlan& plan, const std::string& url) {
  std::printf("# cloud_simulator listens on %s\n# what it holds: %s/control/truth\n", url.c_str(), url.c_str());
  std::printf("# a configuration for taskqueue_exporter, with the keys of its accounts:\n\n%s",
              configuration_for(plan, url).c_str());
  std::fflush(stdout);
}

int run(const Flags& flags) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread starts: they inherit it

  const CloudPlan plan = plan_for(flags);
  const SystemClock clock;
  Cloud cloud(plan, clock);
  Listener listener(cloud, parse_listen_address(flags.address));
  introduce(plan, listener.url());
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Flags flags;
  CLI::App app("A pretend cloud: speaks the task lists of Tencent MPS, VOD and Batch and of Alibaba ECS.");
  app.add_option("--listen-address", flags.address, "host:port; port 0 takes a free one")->capture_default_str();
  app.add_option("--cloud", flags.cloud, "what it holds")
      ->check(CLI::IsMember({"demo", "seed", "load"}))
      ->capture_default_str();
  app.add_option("--seed", flags.seed, "the number everything follows from")->capture_default_str();
  app.add_option("--tasks-in-window", flags.load.tasks_in_window, "load: ended tasks of each queue")
      ->capture_default_str();
  app.add_option("--rate", flags.load.per_second, "load: new tasks per second of each queue")->capture_default_str();
  app.add_option("--queues", flags.load.queues, "load: how many VOD applications")->capture_default_str();
  app.add_option("--jobs", flags.load.jobs, "load: live Batch jobs, about")->capture_default_str();
  app.add_option("--retried-share", flags.retried_share, "of failed Batch jobs: opened once more; 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(flags);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cloud_simulator: %s\n", error.what());
    return 1;
  }
}
