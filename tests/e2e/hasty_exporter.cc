// The exporter with an interval shorter than a configuration may ask for, for tests that kill it: FILE and ADDRESS.
#include <csignal>
#include <cstdio>

#include "exporter/app.h"
#include "exporter/catalogue.h"
#include "exporter/config/load.h"

int main(int argc, char** argv) {
  using namespace taskqueue;
  if (argc != 3) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) ::sigaddset(&signals, signal);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  auto config = load_config(argv[1], service_rules());
  if (!config) {
    for (const Complaint& complaint : config.error()) std::fputs(describe(complaint).c_str(), stderr);
    return 2;
  }
  for (QueueConfig& queue : config->queues) queue.polling.interval = Milliseconds{200};
  SystemClock clock;
  SystemRandom random;
  StreamLog log(stderr, clock, {});
  App app({clock, random, log, process_environment()}, *config, {});
  try {
    app.start({.listen_addresses = {argv[2]}});
  } catch (const StartupError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  int signal = 0;
  ::sigwait(&signals, &signal);
  app.stop();
  return 0;
}
