#include "exporter/api/redaction.h"

#include <algorithm>
#include <utility>

namespace taskqueue {
namespace {

constexpr std::size_t shortest_secret = 8;
constexpr std::string_view hidden_mark = "(hidden)";

void replace_each(std::string& text, std::string_view secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + hidden_mark.size())) {
    text.replace(at, secret.size(), hidden_mark);
  }
}

void replace_cut_off(std::string& text, std::string_view secret) {
  for (std::size_t length = std::min(secret.size() - 1, text.size()); length >= shortest_secret; --length) {
    if (!text.ends_with(secret.substr(0, length))) continue;
    text.replace(text.size() - length, length, hidden_mark);
    return;
  }
}

}  // namespace

void Redaction::hide(std::string_view secret) {
  if (secret.size() >= shortest_secret) secrets_.emplace_back(secret);
}

std::string Redaction::apply(std::string text) const {
  for (const std::string& secret : secrets_) replace_each(text, secret);
  for (const std::string& secret : secrets_) replace_cut_off(text, secret);
  return text;
}

Failure Redaction::apply(Failure failure) const {
  failure.code = apply(std::move(failure.code));
  failure.sentence = apply(std::move(failure.sentence));
  failure.request_id = apply(std::move(failure.request_id));
  return failure;
}

}  // namespace taskqueue
