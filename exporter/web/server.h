// The web server: listens, keeps to its limits, hands requests to a router. One thread serves all.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/clock.h"
#include "exporter/log.h"
#include "exporter/random.h"
#include "exporter/result.h"
#include "exporter/web/limits.h"
#include "exporter/web/listen_address.h"
#include "exporter/web/router.h"
#include "exporter/web/web_config_file.h"

namespace taskqueue::web {

struct ServerOptions {
  Limits limits;
  std::function<void()> on_bug;         // an exception came out of a handler; on the server's thread
  WebConfigFile* web_config = nullptr;  // opened; none: plain HTTP for everybody. Used by the server's thread
  std::function<void()> chore;          // may be empty; every `chore_interval` and at the start, on the server's thread
  Milliseconds chore_interval = std::chrono::seconds{30};
  Random* random = nullptr;  // needed with a web configuration
};

/// Its functions are for one thread, that of its owner. Order: listen (any number of times), start, stop.
class Server {
 public:
  /// Uses, does not own, `clock` and `log`. Raises the process's soft limit of descriptors to the hard one.
  Server(Router router, const Clock& clock, Log& log, ServerOptions options = {});
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Stops at once.
  ~Server();

  /// Binds `ADDR` as the flag --web.listen-address has it (see parse_listen_address). From then on connections queue
  /// up; they are served after `start`. The error is a sentence with address, reason and what to do.
  [[nodiscard]] Result<Done, std::string> listen(std::string_view address);

  /// Where it listens, with the real ports.
  [[nodiscard]] std::vector<ListenAddress> bound() const;

  /// Starts the thread `web`.
  void start();

  /// Accepts no more, closes idle connections and lets requests in hand finish, for at most `grace`; then closes the
  /// rest. Returns when the thread has ended. A second call does nothing.
  void stop(Milliseconds grace);

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace taskqueue::web
