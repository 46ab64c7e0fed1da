#include "exporter/web/doorman.h"

#include <chrono>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "exporter/api/digest.h"

namespace taskqueue::web {
namespace {

Response too_many(std::string_view sentence, std::chrono::seconds wait) {
  Response response = plain(429, sentence);
  response.headers.push_back({"Retry-After", std::to_string(wait.count())});
  return response;
}

/// The same for no login, an unknown user and a wrong password.
Response unauthorized() {
  Response response = plain(401, "A user name and a password are needed here, and they must be right.");
  response.headers.push_back({"WWW-Authenticate", R"(Basic realm="taskqueue_exporter", charset="UTF-8")"});
  return response;
}

Response too_many_passwords() {
  return too_many("Too many passwords are being checked: try again in a moment.", std::chrono::seconds{1});
}

/// The operator's headers stand in the place of ours.
Respond with_headers(std::shared_ptr<const Door> door, Respond respond) {
  if (door->headers.empty()) return respond;
  return [door = std::move(door), respond = std::move(respond)](Response response) {
    for (const Header& header : door->headers) {
      std::erase_if(response.headers, [&](const Header& own) { return same_ignoring_case(own.name, header.name); });
      response.headers.push_back(header);
    }
    respond(std::move(response));
  };
}

std::string address_of_peer(const std::string& peer) { return peer.substr(0, peer.rfind(':')); }

/// What an unknown name is checked against: some user's hash, always the same for the same name, so that the time taken
/// does not tell who exists.
const Secret& decoy(const Users& users, const std::string& name) {
  const auto first = static_cast<unsigned char>(sha256(name).front());
  return std::next(users.begin(), static_cast<std::ptrdiff_t>(first % users.size()))->second;
}

}  // namespace

Doorman::Doorman(const Router& router, const Clock& clock, std::shared_ptr<Mailbox> mailbox, WebConfigFile* config,
                 Random* random)
    : router_(router), clock_(clock), mailbox_(std::move(mailbox)), config_(random == nullptr ? nullptr : config) {
  if (random == nullptr || config_ == nullptr) return;
  known_ = std::make_shared<KnownLogins>(*random);
  desk_.emplace();
}

void Doorman::answer(const Request& request, Respond respond) {
  const auto door = this->door();
  if (!door) return router_.answer(request, std::move(respond));
  respond = with_headers(door, std::move(respond));
  if (!admits(*door)) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(door->rate_limit->interval);
    return respond(too_many("Too many requests: rate_limit of the web configuration.", wait));
  }
  if (door->users.empty()) return router_.answer(request, std::move(respond));
  ask_password(*door, request, std::move(respond));
}

bool Doorman::admits(const Door& door) {
  if (!door.rate_limit) {
    limiter_.reset();
    return true;
  }
  const SteadyTime now = clock_.steady_now();
  if (!limiter_ || limiter_->limit() != *door.rate_limit) limiter_.emplace(*door.rate_limit, now);
  return limiter_->admit(now);
}

void Doorman::ask_password(const Door& door, const Request& request, Respond respond) {
  const auto login = login_of(request);
  if (!login) return respond(unauthorized());
  const auto user = door.users.find(login->user);
  const bool exists = user != door.users.end();
  const Secret& hash = exists ? user->second : decoy(door.users, login->user);
  if (exists && known_->knows(*login, hash)) return router_.answer(request, std::move(respond));
  using Verdict = PasswordDesk::Verdict;
  auto verdict = [this, known = known_, mailbox = mailbox_, request, respond, login = *login, hash,
                  exists](Verdict found) {
    // `this` lives as long as the mailbox is open.
    mailbox->post([this, known, request, respond, login, hash, exists, found] {
      if (found == Verdict::turned_away) return respond(too_many_passwords());
      if (found != Verdict::matches || !exists) return respond(unauthorized());
      known->remember(login, hash);
      router_.answer(request, respond);
    });
  };
  if (!desk_->hand_in(address_of_peer(request.peer), {hash, login->password, std::move(verdict)})) {
    respond(too_many_passwords());
  }
}

}  // namespace taskqueue::web
