// The HTTP front as the server has it, one connection over a pair of sockets. A zero byte of the input is a cut: what
// comes behind it is sent when what came before has been read.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>

#include "exporter/ascii.h"
#include "exporter/manual_clock.h"
#include "exporter/web/connection.h"
#include "tests/fuzz/fuzzer.h"

namespace taskqueue::fuzz {
namespace {

using boost::asio::ip::tcp;

web::Limits small_limits() {
  web::Limits limits;
  limits.head_bytes = 1024;
  limits.header_count = 12;
  limits.body_bytes = 256;
  return limits;
}

/// Tells a client what it asked, as far as it may matter.
web::Response echo(const web::Request& request) {
  std::string text = request.method + ' ' + request.path + '\n';
  for (const auto& [name, value] : request.query) text += name + '=' + value + '\n';
  for (const auto& [name, value] : request.headers) text += name + ": " + value + '\n';
  return {.status = 200, .content_type = "text/plain", .headers = {}, .body = {web::piece(std::move(text))}};
}

const web::Router& echoing_router() {
  static const web::Router router(
      {{.path = "/", .methods = {"GET"}, .handler = web::at_once(echo)},
       {.path = "/put", .methods = {"PUT", "POST"}, .handler = web::at_once(echo)},
       {.path = "/bug", .methods = {"GET"}, .handler = [](const web::Request&, const web::Respond&) {}}});
  return router;
}

/// Everything that a client gets to hear who sends these pieces and then no more.
std::string conversation(const std::vector<std::string_view>& pieces) {
  static const web::Limits limits = small_limits();
  static const ManualClock clock{WallTime{std::chrono::hours{24 * 365 * 56}}};
  static SilentLog log;
  static const std::function<void()> on_bug;
  std::array<int, 2> ends{};
  must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "there is a pair of sockets");
  const int ours = ends[0];
  const int theirs = ends[1];
  std::string heard;
  {
    boost::asio::io_context context{1};
    const auto mailbox = std::make_shared<web::Mailbox>(context);
    web::Crowd crowd(4);
    web::Doorman doorman(echoing_router(), clock, mailbox, nullptr, nullptr);
    const web::Premises premises{doorman, limits, clock, log, crowd, on_bug, mailbox};
    // Asio does not ask what kind of stream it is.
    std::make_shared<web::Connection<tcp::socket>>(tcp::socket(context, tcp::v4(), ours), "peer", premises)->start();
    const auto listen = [&] {
      context.restart();
      context.poll();
      std::array<char, 4096> bytes{};
      for (ssize_t n = 0; (n = ::recv(theirs, bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0;) {
        heard.append(bytes.data(), static_cast<std::size_t>(n));
        context.poll();
      }
    };
    for (const std::string_view piece : pieces) {
      if (!piece.empty()) static_cast<void>(::send(theirs, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
      listen();
    }
    ::shutdown(theirs, SHUT_WR);
    listen();
    crowd.close_all();
    must(crowd.size() == 0, "everybody leaves in the end");
    mailbox->close();
  }
  ::close(theirs);
  return heard;
}

/// One answer after another, each as long as it says; without a body where the question may have been HEAD.
void check_answers(std::string_view heard, bool may_lack_bodies) {
  while (!heard.empty()) {
    must(heard.starts_with("HTTP/1.1 "), "an answer begins with the version");
    int status = 0;
    std::from_chars(heard.data() + 9, heard.data() + std::min<std::size_t>(12, heard.size()), status);
    must(web::reason(status) != "Unknown", "its status is one that we send");
    must(status != 500 || heard.find("Content-Length") != std::string_view::npos, "a fault of ours is told");
    must(heard.find("\r\n\r\n") != std::string_view::npos, "its head ends");
    const std::string_view head = take_until("\r\n\r\n", heard);
    constexpr std::string_view name = "Content-Length: ";
    const auto place = head.find(name);
    must(place != std::string_view::npos, "an answer tells its length");
    std::size_t length = 0;
    std::from_chars(head.data() + place + name.size(), head.data() + head.size(), length);
    if (may_lack_bodies && (heard.empty() || heard.starts_with("HTTP/1.1 "))) continue;
    must(heard.size() >= length, "an answer is as long as it says");
    heard.remove_prefix(length);
  }
}

/// Without the last answer, if it is one to what never became a request.
std::string_view without_refusal(std::string_view heard) {
  // Whatever is before an answer ends in a newline.
  const auto newline = heard.rfind("\nHTTP/1.1 ");
  const std::size_t last = newline == std::string_view::npos ? 0 : newline + 1;
  constexpr std::array<std::string_view, 5> refusals{"400", "413", "414", "431", "505"};
  const std::string_view status = heard.substr(std::min(last + 9, heard.size()), 3);
  return std::ranges::find(refusals, status) == refusals.end() ? heard : heard.substr(0, last);
}

const Fuzzer http_fuzzer("http", [](std::string_view input) {
  constexpr std::size_t longest = 16 * 1024;  // else a socket's buffers fill up
  const auto pieces = split(input.substr(0, longest), std::string_view("\0", 1));
  std::string whole;
  for (const std::string_view piece : pieces) whole += piece;
  const std::string at_once = conversation({whole});
  check_answers(at_once, whole.find("HEAD") != std::string::npos);
  // Who announces a body and sends it at once needs no word that it may (RFC 9110, 10.1.1); so the cut matters.
  if (lower_case(whole).find("expect") != std::string::npos) return;
  const std::string cut = conversation(pieces);
  // Of a head that comes in pieces the parser may see what is wrong with it only at its end: too late for a word on it.
  const std::string_view heard_cut = without_refusal(cut);
  const std::string_view heard_at_once = without_refusal(at_once);
  if (heard_cut == cut && heard_at_once == at_once) return must(cut == at_once, "answers are the same however bytes are cut");
  if (whole.size() >= small_limits().head_bytes) {
    // Where a head that reaches the limit is cut decides whether it passes.
    must(cut.starts_with(heard_at_once) || at_once.starts_with(heard_cut), "as far as both go, answers are the same");
  } else {
    must(heard_cut == heard_at_once, "up to a refusal, answers are the same however bytes are cut");
  }
});

}  // namespace
}  // namespace taskqueue::fuzz
