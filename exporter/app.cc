#include "exporter/app.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <utility>

#include "exporter/api/httplib_transport.h"
#include "exporter/api/quota_families.h"
#include "exporter/catalogue.h"
#include "exporter/config/load.h"
#include "exporter/ledger/file_ledger.h"
#include "exporter/ledger/memory_ledger.h"
#include "exporter/metrics/process.h"
#include "exporter/refresh/once.h"
#include "exporter/version.h"

namespace taskqueue {
namespace {

constexpr std::size_t most_refreshes = 64;
constexpr Milliseconds sick_after = std::chrono::seconds{60};
constexpr Milliseconds heartbeat = std::chrono::seconds{5};
constexpr Milliseconds stop_grace = std::chrono::seconds{2};

MakeTransport over_sockets(const Clock& clock) {
  return [&clock](const Route& route) {
    return std::make_shared<HttplibTransport>(
        clock, HttplibTransport::Options{.ca_file = route.ca_file, .proxies = route.proxies});
  };
}

std::optional<RedisShare> share(const World& world, Instruments& instruments, const LedgerConfig& config) {
  if (config.redis.empty()) return std::nullopt;
  return std::optional<RedisShare>(std::in_place, RedisShare::Parts{world.clock, world.random, instruments, world.log},
                                   config);
}

std::unique_ptr<Ledger> make_ledger(const LedgerConfig& config, const World& world) {
  if (config.file.empty()) return std::make_unique<MemoryLedger>();
  return std::make_unique<FileLedger>(config.file, world.clock, world.log);
}

}  // namespace

App::App(World world, Config config, std::filesystem::path reload_from)
    : world_(std::move(world)),
      config_(std::move(config)),
      reload_from_(std::move(reload_from)),
      systemd_(world_.environment("NOTIFY_SOCKET")),
      shared_(share(world_, instruments_, config_.ledger)),
      callers_({world_.clock, world_.random, instruments_, world_.log, world_.environment, over_sockets(world_.clock),
                shared_ ? &shared_->quotas() : nullptr}),
      own_ledger_(make_ledger(config_.ledger, world_)),
      ledger_(shared_ ? shared_->ledger() : *own_ledger_),
      executor_(most_refreshes),
      scheduler_(refresh_parts(), executor_),
      scrapes_(shelf_, world_.clock, [this] { return own_families(); }) {
  instruments_.reloaded(true, world_.clock.wall_now());
}

App::~App() { stop(); }

void App::start(const WebOptions& options) {
  server_.emplace(web::Router(web::pages(site(options), world_.clock)), world_.clock, world_.log,
                  web::ServerOptions{.limits = {},
                                     .on_bug = [this] { instruments_.bug(); },
                                     .web_config = options.config,
                                     .chore = [this] { beat(); },
                                     .chore_interval = heartbeat,
                                     .random = &world_.random});
  for (const std::string& address : options.listen_addresses) {
    if (const auto listening = server_->listen(address); !listening) throw StartupError(listening.error());
  }
  if (const auto opened = ledger_.open(); !opened) throw StartupError(opened.error().sentence);
  replace_queues();
  if (shared_) ask_for_leases();
  ticking_ = std::jthread([this](const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "scheduler");
    scheduler_.run(stop);
  });
  const bool tls = options.config != nullptr && options.config->door()->tls != nullptr;
  server_->start();
  for (const auto& address : server_->bound()) {
    world_.log.info(
        "web", "listening",
        {{"address", web::text(address)}, {"telemetry_path", options.telemetry_path}, {"tls", tls ? "true" : "false"}});
  }
  systemd_.ready(status());
}

void App::stop() {
  if (!ticking_.joinable()) return;
  systemd_.stopping();
  ticking_.request_stop();
  leasing_.request_stop();
  scheduler_.stop();
  ticking_.join();
  if (shared_) {
    leasing_.join();
    shared_->leadership().resign();
  }
  server_->stop(stop_grace);
}

void App::replace_queues() {
  auto plans = callers_.plans(config_);
  std::vector<LedgerKey> wanted;
  std::vector<Candidate> candidates;
  for (const QueuePlan& plan : plans) {
    wanted.push_back(plan.key);
    candidates.push_back({plan.key, plan.recipe.queue.polling.interval});
  }
  // Before the ledger forgets a queue nobody may begin to read it any more.
  if (shared_) shared_->leadership().arrange(candidates);
  ledger_.keep(wanted);
  if (shared_ && !leasing_.joinable()) shared_->leadership().ask();  // so that the first refreshes know who reads
  scheduler_.replace(std::move(plans));
}

void App::ask_for_leases() {
  leasing_ = std::jthread([this](const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "leases");
    shared_->leadership().run(stop, [this](const LedgerKey& queue) { scheduler_.hasten(queue); });
  });
}

RefreshParts App::refresh_parts() {
  return {world_.clock, ledger_, shelf_, instruments_, world_.log, shared_ ? &shared_->leadership() : nullptr};
}

web::Site App::site(const WebOptions& options) {
  return {
      .view = [this] { return shelf_.view(world_.clock.wall_now()); },
      .metrics = [this](const std::vector<std::string>& queues, Shape shape) { return scrapes_.answer(queues, shape); },
      .budgets = [this] { return budgets(); },
      .history = history_,
      .sickness = [this] { return sickness(); },
      .reload = [this](web::ReloadEnded ended) { ask_for_reload(std::move(ended)); },
      .on_scrape = [this](int status) { instruments_.scraped(status); },
      .telemetry_path = options.telemetry_path,
      .lifecycle = options.lifecycle,
      .version = version,
      .revision = revision};
}

std::string App::exposition() { return joined(scrapes_.answer({}, {}).value_or(Pieces{})); }

std::vector<FamilyText> App::own_families() {
  const Ledger::Standing ledger = ledger_.standing();
  if (ledger.up) instruments_.ledger(*ledger.up);
  if (ledger.size_bytes) instruments_.ledger_size(*ledger.size_bytes);
  auto families = instruments_.collect();
  for (auto& family : quota_families(callers_.quotas().entries())) families.push_back(std::move(family));
  for (auto& family : process_families()) families.push_back(std::move(family));
  return families;
}

std::vector<web::Budget> App::budgets() const {
  std::vector<web::Budget> budgets;
  for (const auto& [key, reading] : callers_.quotas().entries()) {
    budgets.push_back({key, reading.rate, reading.ceiling, reading.taken});
  }
  return budgets;
}

/// On the server's thread: that it is called shows that the server lives, and it looks at the scheduler besides.
void App::beat() {
  if (beats_++ % (web::History::step / heartbeat) == 0) record_history();
  if (!sickness()) systemd_.alive();
}

std::string App::status() const { return std::to_string(config_.queues.size()) + " queues"; }

void App::record_history() {
  const WallTime now = world_.clock.wall_now();
  history_->record(shelf_.view(now), budgets(), now);
}

std::optional<std::string> App::sickness() const {
  const Milliseconds silent = scheduler_.since_last_tick();
  if (silent <= sick_after) return std::nullopt;
  return "the scheduler has not ticked for " + std::to_string(silent.count() / 1000) + " s";
}

void App::ask_for_reload(web::ReloadEnded ended) {
  {
    const Lock lock(mutex_);
    waiting_for_reload_.push_back(std::move(ended));
  }
  // The main thread reloads, for a request as for a signal; one reload answers all that came before it.
  ::kill(::getpid(), SIGHUP);
}

void App::reload() {
  std::vector<web::ReloadEnded> waiting;
  {
    const Lock lock(mutex_);
    waiting.swap(waiting_for_reload_);
  }
  systemd_.reloading(world_.clock.steady_now());
  const auto complaints = load_again();
  instruments_.reloaded(!complaints, world_.clock.wall_now());
  if (complaints) {
    world_.log.error("app", "reload failed, nothing has changed", {{"complaints", *complaints}});
  } else {
    world_.log.info("app", "reloaded", {{"queues", std::to_string(config_.queues.size())}});
  }
  systemd_.ready(status() + (complaints ? "; the last reload failed, see the log" : ""));
  for (const auto& ended : waiting) ended(complaints);
}

std::optional<std::string> App::load_again() {
  if (reload_from_.empty()) return "there is no configuration file to read again: the demo runs on its own\n";
  auto loaded = load_config(reload_from_, service_rules());
  if (!loaded) {
    std::string text;
    for (const Complaint& complaint : loaded.error()) text += describe(complaint);
    return text;
  }
  if (loaded->ledger != config_.ledger) return reload_from_.string() + ": a changed [ledger] needs a restart\n";
  config_ = std::move(*loaded);
  replace_queues();
  return std::nullopt;
}

bool App::collect_once(Milliseconds timeout) {
  auto plans = callers_.plans(config_);
  // Whoever looks once must not disturb the one who counts.
  MemoryLedger ledger;
  return taskqueue::collect_once(std::move(plans), {world_.clock, ledger, shelf_, instruments_, world_.log}, executor_,
                                 timeout);
}

}  // namespace taskqueue
