// Flags, signals, exit codes: 0 fine, 1 could not start or --once failed, 2 bad flags or bad configuration.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exporter/app.h"
#include "exporter/catalogue.h"
#include "exporter/config/duration.h"
#include "exporter/config/load.h"
#include "exporter/estimate_text.h"
#include "exporter/health_check.h"
#include "exporter/simulator/demo.h"
#include "exporter/simulator/listener.h"
#include "exporter/version.h"
#include "exporter/web/listen_address.h"

namespace taskqueue {
namespace {

constexpr int fine = 0;
constexpr int failed = 1;
constexpr int bad_input = 2;

constexpr const char* default_health_url = "http://127.0.0.1:19160/-/healthy";

struct Flags {
  std::filesystem::path config_file;
  std::filesystem::path web_config_file;
  bool check = false;
  bool estimate = false;
  std::optional<std::string> health_url;
  bool demo = false;
  bool once = false;
  std::string once_timeout = "5m";
  WebOptions web;
  std::string log_level = "info";
  std::string log_format = "logfmt";
};

std::string version_text() {
  return std::string("taskqueue_exporter, version ") + version + " (branch: unknown, revision: " + revision +
         ")\n  compiler: " + compiler + "\n  platform: " + platform;
}

/// As CLI11 has checks: what is wrong, or nothing.
std::string complaint_about_address(const std::string& address) {
  const auto parsed = web::parse_listen_address(address);
  return parsed ? std::string() : parsed.error();
}

void declare(CLI::App& cli, Flags& flags) {
  cli.add_option("--config.file", flags.config_file, "Configuration, TOML")->type_name("FILE");
  cli.add_flag("--config.check", flags.check, "Check the configuration, call nothing, and exit");
  cli.add_flag("--config.estimate", flags.estimate,
               "Say how often each API will be called, and how often at most; call nothing, and exit");
  cli.add_flag("--demo", flags.demo, "Export an embedded simulated cloud; needs no file, no credentials, no network");
  cli.add_flag("--once", flags.once, "Collect every queue once, print the metrics, and exit");
  cli.add_option("--once.timeout", flags.once_timeout, "How long --once may take")
      ->type_name("DURATION")
      ->capture_default_str();
  cli.add_option("--health.check", flags.health_url, "Ask a running exporter whether it is well, and exit")
      ->type_name("URL")
      ->expected(0, 1)
      ->default_str(default_health_url);
  cli.add_option("--web.listen-address", flags.web.listen_addresses,
                 "Where to listen; repeatable; port 0 picks a free one")
      ->type_name("ADDR")
      ->capture_default_str()
      ->allow_extra_args(false)
      ->check(complaint_about_address);
  cli.add_option("--web.telemetry-path", flags.web.telemetry_path, "Path of the metrics")
      ->type_name("PATH")
      ->capture_default_str()
      ->check(
          [](const std::string& path) { return path.starts_with('/') ? std::string() : "must begin with a slash"; });
  cli.add_option("--web.config.file", flags.web_config_file,
                 "TLS, users, headers: exporter-toolkit's web configuration, YAML")
      ->type_name("FILE");
  cli.add_flag("--web.enable-lifecycle", flags.web.lifecycle, "Allow reloading by POST to /-/reload");
  cli.add_option("--log.level", flags.log_level, "debug, info, warn or error")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  cli.add_option("--log.format", flags.log_format, "logfmt or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"logfmt", "json"}));
  cli.set_version_flag("--version", version_text());
}

StreamLog::Style log_style(const Flags& flags) {
  StreamLog::Style style;
  if (flags.log_level == "debug") style.level = LogLevel::debug;
  if (flags.log_level == "warn") style.level = LogLevel::warn;
  if (flags.log_level == "error") style.level = LogLevel::error;
  if (flags.log_format == "json") style.format = LogFormat::json;
  return style;
}

/// The embedded cloud of --demo.
struct Demo {
  explicit Demo(const Clock& clock) : cloud(simulator::demo_cloud(), clock), listener(cloud, {}) {}
  simulator::Cloud cloud;
  simulator::Listener listener;
};

std::string demo_configuration(const std::string& url) {
  std::vector<std::string_view> readable;
  for (const Service& each : services()) readable.push_back(each.rules.name);
  return simulator::demo_configuration(url, readable);
}

Loaded load(const Flags& flags, const std::optional<Demo>& demo) {
  if (demo) return parse_config(demo_configuration(demo->listener.url()), "demo", service_rules());
  return load_config(flags.config_file, service_rules());
}

void print(const std::vector<Complaint>& complaints) {
  for (const Complaint& complaint : complaints) std::fputs(describe(complaint).c_str(), stderr);
}

int run_once(App& app, Milliseconds timeout) {
  const bool succeeded = app.collect_once(timeout);
  const std::string text = app.exposition();
  std::fwrite(text.data(), 1, text.size(), stdout);
  return std::fflush(stdout) == 0 && succeeded ? fine : failed;
}

/// What serve waits for.
sigset_t awaited_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) ::sigaddset(&signals, signal);
  return signals;
}

/// Serves until SIGTERM or SIGINT; SIGHUP reloads.
int serve(App& app, const WebOptions& web) {
  const sigset_t signals = awaited_signals();
  app.start(web);
  while (true) {
    int signal = 0;
    if (::sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) break;
    app.reload();
  }
  app.stop();
  return fine;
}

/// To be called before any thread starts. A peer that closes is no reason to die. Signals are blocked for serve alone,
/// so that only its sigwait sees them: whatever else is asked for ends by them as any program does, however long it
/// waits.
void take_signals(const Flags& flags) {
  std::signal(SIGPIPE, SIG_IGN);
  if (flags.check || flags.estimate || flags.once) return;
  const sigset_t signals = awaited_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

std::string in_words(const web::Door& door) {
  return std::string(door.tls ? "TLS" : "no TLS") + ", " + std::to_string(door.users.size()) +
         (door.users.size() == 1 ? " user" : " users");
}

int misuse(const std::string& sentence) {
  std::fprintf(stderr, "taskqueue_exporter: %s\n", sentence.c_str());
  return bad_input;
}

int check_health(const std::string& url) {
  const SystemClock clock;
  const auto sickness = sickness_at(url.empty() ? default_health_url : url, clock);
  if (sickness) std::fprintf(stderr, "taskqueue_exporter: %s\n", sickness->c_str());
  return sickness ? failed : fine;
}

int run(const Flags& flags) {
  if (flags.health_url) return check_health(*flags.health_url);
  if (flags.estimate && flags.config_file.empty())
    return misuse("--config.estimate needs a configuration to estimate: give it as --config.file=FILE");
  if (flags.demo && !flags.config_file.empty())
    return misuse("--demo brings its own configuration: leave out --config.file");
  if (!flags.demo && flags.config_file.empty()) {
    return misuse(
        "nothing to export. Try --demo for a simulated cloud, or write a configuration as in "
        "config/taskqueue_exporter.toml and give it as --config.file=FILE");
  }
  const auto once_timeout = parse_duration(flags.once_timeout);
  if (!once_timeout) return misuse("--once.timeout: " + once_timeout.error());

  take_signals(flags);
  SystemClock clock;
  SystemRandom random;
  StreamLog log(stderr, clock, log_style(flags));
  std::optional<Demo> demo;
  if (flags.demo) {
    demo.emplace(clock);
    log.info("simulator", "listening", {{"address", demo->listener.url()}});
  }

  // Both files at once, so that nobody mends one only to hear of the other.
  web::WebConfigFile web_config(flags.web_config_file, clock, log);
  const bool with_web_config = !flags.web_config_file.empty();
  const auto web_complaints = with_web_config ? web_config.open() : std::vector<Complaint>{};
  print(web_complaints);
  Loaded config = load(flags, demo);
  if (!config) {
    print(config.error());
    return bad_input;
  }
  if (!web_complaints.empty()) return bad_input;
  if (flags.check) {
    std::printf("%s is good: %zu queues\n", flags.demo ? "the demo" : flags.config_file.c_str(), config->queues.size());
    if (with_web_config)
      std::printf("%s is good: %s\n", flags.web_config_file.c_str(), in_words(*web_config.door()).c_str());
    return fine;
  }
  if (flags.estimate) {
    std::fputs(text(estimate(*config)).c_str(), stdout);
    return std::fflush(stdout) == 0 ? fine : failed;
  }
  if (flags.once) config->ledger = {};  // one look counts nothing, and takes nothing from others
  App app({clock, random, log, process_environment()}, *config, flags.config_file);
  if (flags.once) return run_once(app, *once_timeout);
  WebOptions options = flags.web;
  if (with_web_config) options.config = &web_config;
  return serve(app, options);
}

}  // namespace
}  // namespace taskqueue

int main(int argc, char** argv) {
  CLI::App cli("Exports the task queues of Tencent Cloud MPS, VOD and Batch and of Alibaba Cloud ECS to Prometheus.");
  taskqueue::Flags flags;
  taskqueue::declare(cli, flags);
  try {
    cli.parse(argc, argv);
    return taskqueue::run(flags);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? taskqueue::fine : taskqueue::bad_input;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "taskqueue_exporter: %s\n", error.what());
    return taskqueue::failed;
  }
}
