// Prints requests as the exporter signs them, made of random parameters: JSON, one a line. Usage: signed_requests SEED
// COUNT. The bodies' bytes are in hex; `parameters` is what the request must say once it is read again.
#include <array>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>

#include "exporter/alibaba/alibaba_dialect.h"
#include "exporter/api/digest.h"
#include "exporter/tencent/tencent_dialect.h"

namespace taskqueue {
namespace {

/// Draws what nobody would think of sending.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  std::size_t below(std::size_t end) { return engine_() % end; }
  bool often() { return below(3) != 0; }

  /// Up to `most` pieces, maybe none, so that empty values come as well.
  std::string text(std::size_t most) {
    static constexpr std::array<std::string_view, 40> pieces{
        "a",  "Z",  "0",      "9",      "-",      "_",      ".",      "~",      " ",          "  ",
        "+",  "%",  "%20",    "&",      "=",      "?",      "/",      "\\",     "\"",         "'",
        "(",  ")",  "*",      "!",      "#",      "$",      ",",      ";",      ":",          "@",
        "\t", "\n", "\u007f", "\u00e9", "\u00df", "\u4efb", "\u52a1", "\u2028", "\U0001f680", "<>[]{}|^`"};
    std::string text;
    for (std::size_t left = below(most + 1); left > 0; --left) text += pieces[below(pieces.size())];
    return text;
  }

  /// What keys, tokens and names are made of.
  std::string plain(std::size_t length) {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::string word;
    while (word.size() < length) word += letters[below(letters.size())];
    return word;
  }

  Json value(int depth) {
    switch (below(depth > 0 ? 7 : 5)) {
      case 0: return static_cast<std::int64_t>(below(1ULL << 50U));
      case 1: return often();
      case 2: return "";
      case 3:
      case 4: return text(12);
      case 5: {
        Json list = Json::array();
        for (std::size_t left = below(4); left > 0; --left) list.push_back(value(depth - 1));
        return list;
      }
      default: return object(depth - 1);
    }
  }

  /// Names are ASCII, as all of the vendors' are; those of lists have points.
  Json object(int depth) {
    Json members = Json::object();
    for (std::size_t left = below(8); left > 0; --left) {
      members[plain(1 + below(9)) + (often() ? "" : "." + std::to_string(below(12)))] = value(depth);
    }
    return members;
  }

 private:
  std::mt19937_64 engine_;
};

struct Service {
  const char* name;
  const char* action;
  const char* version;
};
constexpr std::array<Service, 5> services{{{"mps", "DescribeTasks", "2019-06-12"},
                                           {"vod", "DescribeTaskDetail", "2018-07-17"},
                                           {"batch", "DescribeJobs", "2017-03-12"},
                                           {"sts", "AssumeRole", "2018-08-13"},
                                           {"ecs", "DescribeTasks", "2014-05-26"}}};

std::unique_ptr<Dialect> dialect_of(const Service& service, Dice& dice) {
  if (service.name == std::string_view("ecs")) return std::make_unique<AlibabaDialect>(service.version);
  return std::make_unique<TencentDialect>(
      TencentDialect::Product{service.name, service.version, dice.often() ? "ap-guangzhou" : ""});
}

/// Any second of the years 2001 to 2065, and sometimes the last one of a day.
WallTime some_time(Dice& dice) {
  constexpr std::size_t day = 86400;
  const std::size_t midnight = (12000 + dice.below(23000)) * day;
  const std::size_t second = dice.often() ? dice.below(day) : day - 1;
  return WallTime{std::chrono::seconds{midnight + second} + Milliseconds{dice.below(1000)}};
}

Json one(std::size_t number, Dice& dice) {
  const Service& service = services[number % services.size()];
  const bool with_token = number / services.size() % 2 == 1;
  const bool flat = service.name == std::string_view("ecs");
  const Credentials credentials{.id = dice.plain(20 + dice.below(20)),
                                .key = Secret(dice.plain(30) + dice.text(3)),
                                .token = Secret(with_token ? dice.plain(40 + dice.below(400)) + "+/==" : "")};
  const Call call{.action = service.action, .parameters = dice.object(flat ? 0 : 3)};
  const Signing signing{.credentials = credentials,
                        .host = std::string(service.name) + ".region-" + std::to_string(dice.below(1000)) + ".example",
                        .now = some_time(dice),
                        .nonce = dice.plain(32)};
  const HttpRequest request = dialect_of(service, dice)->request(call, signing);
  Json headers = Json::array();
  for (const Header& header : request.headers) headers.push_back({header.name, header.value});
  return {{"service", service.name},       {"id", credentials.id},      {"key", credentials.key.reveal()},
          {"with_token", with_token},      {"method", request.method},  {"target", request.target},
          {"headers", std::move(headers)}, {"body", hex(request.body)}, {"parameters", call.parameters}};
}

}  // namespace
}  // namespace taskqueue

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: signed_requests SEED COUNT\n";
    return 2;
  }
  taskqueue::Dice dice(std::strtoull(*std::next(argv), nullptr, 10));
  const std::size_t count = std::strtoull(*std::next(argv, 2), nullptr, 10);
  for (std::size_t number = 0; number < count; ++number) std::cout << taskqueue::one(number, dice).dump() << '\n';
  return std::cout.flush() ? 0 : 1;
}
