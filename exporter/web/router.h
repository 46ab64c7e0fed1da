// The table of what can be asked: path, methods, handler.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "exporter/web/request.h"
#include "exporter/web/response.h"

namespace taskqueue::web {

/// Gives the answer. May be called later and from any thread; only the first call counts. When every copy is gone
/// without a call, the server answers 500.
using Respond = std::function<void(Response)>;

/// Runs on the server's thread and must not block it: what takes long keeps `respond` and answers later.
/// An exception becomes a 500.
using Handler = std::function<void(const Request& request, Respond respond)>;

struct Route {
  std::string path;                  // the whole path, exactly
  std::vector<std::string> methods;  // GET brings HEAD with it
  Handler handler;
};

/// For handlers that know their answer at once.
[[nodiscard]] Handler at_once(std::function<Response(const Request&)> answer);

/// Immutable, so thread-safe as far as its handlers are.
class Router {
 public:
  /// Where two routes fit, the first one stands.
  explicit Router(std::vector<Route> routes) : routes_(std::move(routes)) {}

  /// Hands the request to its route; 404 for an unknown path, 405 with Allow for another method on a known one.
  void answer(const Request& request, Respond respond) const;

 private:
  const std::vector<Route> routes_;
};

}  // namespace taskqueue::web
