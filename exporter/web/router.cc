#include "exporter/web/router.h"

#include <algorithm>
#include <utility>

namespace taskqueue::web {
namespace {

bool takes(const Route& route, const std::string& method) {
  return std::ranges::any_of(
      route.methods, [&](const std::string& known) { return known == method || (known == "GET" && method == "HEAD"); });
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

/// The value of Allow: every method that some route of this path takes. Empty for an unknown path.
std::string allowed_methods(const std::vector<Route>& routes, const std::string& path) {
  std::vector<std::string> names;
  for (const Route& route : routes) {
    if (route.path != path) continue;
    for (const std::string& method : route.methods) {
      add_once(names, method);
      if (method == "GET") add_once(names, "HEAD");
    }
  }
  std::string list;
  for (const std::string& name : names) list += list.empty() ? name : ", " + name;
  return list;
}

}  // namespace

Handler at_once(std::function<Response(const Request&)> answer) {
  return [answer = std::move(answer)](const Request& request, const Respond& respond) { respond(answer(request)); };
}

void Router::answer(const Request& request, Respond respond) const {
  for (const Route& route : routes_) {
    if (route.path == request.path && takes(route, request.method)) return route.handler(request, std::move(respond));
  }
  std::string allowed = allowed_methods(routes_, request.path);
  if (allowed.empty()) return respond(plain(404, "There is nothing here. The start page, /, lists what there is."));
  Response response = plain(405, "This path takes " + allowed + ".");
  response.headers.push_back({"Allow", std::move(allowed)});
  respond(std::move(response));
}

}  // namespace taskqueue::web
