// The whole exporter: builds everything from a configuration and owns it, in the order of the data's way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "exporter/api/credentials.h"
#include "exporter/clock.h"
#include "exporter/config/config.h"
#include "exporter/ledger/ledger.h"
#include "exporter/ledger/redis_share.h"
#include "exporter/log.h"
#include "exporter/metrics/instruments.h"
#include "exporter/queue_plans.h"
#include "exporter/random.h"
#include "exporter/refresh/executor.h"
#include "exporter/refresh/scheduler.h"
#include "exporter/refresh/shelf.h"
#include "exporter/systemd.h"
#include "exporter/web/history.h"
#include "exporter/web/pages.h"
#include "exporter/web/scrape_desk.h"
#include "exporter/web/server.h"

namespace taskqueue {

/// The house cannot stand: what happened and what to do, one sentence.
class StartupError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct WebOptions {
  std::vector<std::string> listen_addresses{":19160"};
  std::string telemetry_path = "/metrics";
  bool lifecycle = false;
  web::WebConfigFile* config = nullptr;  // opened; none: plain HTTP for everybody
};

/// What the process is given by its surroundings; none is owned.
struct World {
  Clock& clock;
  Random& random;
  Log& log;
  Environment environment;
};

class App {
 public:
  /// Nothing runs yet. `reload_from`: the file to read again on reload; empty: there is none (the demo).
  App(World world, Config config, std::filesystem::path reload_from);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  /// Listens and starts to read queues. Throws StartupError.
  void start(const WebOptions& options);

  /// Reads the configuration again; a faulty one changes nothing. Answers everyone who has asked for a reload by now.
  void reload();

  /// Lets requests and refreshes in hand finish, within 4 seconds.
  void stop();

  /// Reads every queue until its data are complete, and says whether all succeeded. Never listens.
  [[nodiscard]] bool collect_once(Milliseconds timeout);

  /// Everything as text 0.0.4. Not while the server runs.
  [[nodiscard]] std::string exposition();

 private:
  [[nodiscard]] std::vector<FamilyText> own_families();
  void replace_queues();
  [[nodiscard]] std::vector<web::Budget> budgets() const;
  void beat();
  void record_history();
  [[nodiscard]] std::string status() const;
  [[nodiscard]] web::Site site(const WebOptions& options);
  /// The complaints as text; nothing if it went well.
  [[nodiscard]] std::optional<std::string> load_again();
  [[nodiscard]] RefreshParts refresh_parts();
  void ask_for_leases();
  void ask_for_reload(web::ReloadEnded ended);
  [[nodiscard]] std::optional<std::string> sickness() const;

  World world_;
  Config config_;
  const std::filesystem::path reload_from_;

  const Systemd systemd_;
  Instruments instruments_;
  std::optional<RedisShare> shared_;  // with other replicas
  Callers callers_;
  std::unique_ptr<Ledger> own_ledger_;  // where nothing is shared
  Ledger& ledger_;                      // the one of the two
  Shelf shelf_;
  ThreadExecutor executor_;
  Scheduler scheduler_;
  std::jthread ticking_;
  std::jthread leasing_;
  std::shared_ptr<web::History> history_ = std::make_shared<web::History>();  // of the server's thread
  std::uint64_t beats_ = 0;                                                   // of the server's thread
  web::ScrapeDesk scrapes_;                                                   // of the server's thread while that runs
  std::optional<web::Server> server_;

  Mutex mutex_;
  std::vector<web::ReloadEnded> waiting_for_reload_ GUARDED_BY(mutex_);
};

}  // namespace taskqueue
