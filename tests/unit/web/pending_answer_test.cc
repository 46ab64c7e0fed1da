#include "exporter/web/pending_answer.h"

#include <boost/asio/io_context.hpp>
#include <vector>

#include "tests/catch.h"

using namespace taskqueue::web;

namespace {

struct Desk {
  boost::asio::io_context context;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(context);
  std::vector<int> delivered;

  Respond promise() {
    return respond_through(
        std::make_shared<PendingAnswer>(mailbox, [this](const Response& r) { delivered.push_back(r.status); }));
  }
};

}  // namespace

TEST_CASE("an answer is delivered by the server's thread, not by the one that gives it", "[web][pending_answer]") {
  Desk desk;
  const Respond respond = desk.promise();
  respond(plain(200, ""));
  CHECK(desk.delivered.empty());
  desk.context.run();
  CHECK(desk.delivered == std::vector<int>{200});
}

TEST_CASE("only the first answer counts", "[web][pending_answer]") {
  Desk desk;
  {
    const Respond respond = desk.promise();
    const Respond copy = respond;
    copy(plain(404, ""));
    respond(plain(200, ""));
  }
  desk.context.run();
  CHECK(desk.delivered == std::vector<int>{404});
}

TEST_CASE("a promise that nobody holds any more is a 500", "[web][pending_answer]") {
  Desk desk;
  { const Respond respond = desk.promise(); }
  desk.context.run();
  CHECK(desk.delivered == std::vector<int>{500});
}

TEST_CASE("an answer after the server's end falls into nothing", "[web][pending_answer]") {
  Desk desk;
  const Respond respond = desk.promise();
  desk.mailbox->close();
  respond(plain(200, ""));
  desk.context.run();
  CHECK(desk.delivered.empty());
}
