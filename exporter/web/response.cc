#include "exporter/web/response.h"

#include <array>
#include <utility>

namespace taskqueue::web {

std::size_t Response::length() const {
  std::size_t sum = 0;
  for (const Piece& part : body) sum += part->size();
  return sum;
}

std::string Response::text() const {
  std::string whole;
  whole.reserve(length());
  for (const Piece& part : body) whole += *part;
  return whole;
}

Piece piece(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

Response plain(int status, std::string_view sentence) {
  Response response;
  response.status = status;
  response.body.push_back(piece(std::string(sentence) + '\n'));
  return response;
}

std::string_view reason(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 18> reasons{{
      {200, "OK"},
      {204, "No Content"},
      {302, "Found"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {503, "Service Unavailable"},
      {505, "HTTP Version Not Supported"},
  }};
  for (const auto& [code, text] : reasons) {
    if (code == status) return text;
  }
  return "Unknown";
}

}  // namespace taskqueue::web
