/**
 * Stays connected with the vote, and returns `cast(candidate)`, which casts a vote and returns its
 * key. The tab keeps a vote until the server has answered it, and sends it again under the same key
 * after each lost connection, and after a reload.
 *
 * `received(message)` is called with each message; `opened()` and `transferred(text, isUp)` are
 * optional. Shows in #refused why a vote does not count, and in #unconfirmed how many have no answer.
 */
function stayInVote({ received, opened, transferred }) {
  /** So soon most votes are confirmed, and there is no need to show that they are not, in milliseconds. */
  const USUAL_TIME = 1000;
  const ballots = JSON.parse(sessionStorage.getItem("ballots")) ?? { session: randomKey(), unconfirmed: [] };

  function keep() {
    sessionStorage.setItem("ballots", JSON.stringify(ballots));
    if (!ballots.unconfirmed.length) showUnconfirmed();
  }

  function showUnconfirmed() {
    const count = ballots.unconfirmed.length;
    const text = count === 0 ? "" : count === 1 ? phrase`1 vote is not confirmed yet.` : phrase`${count} votes are not confirmed yet.`;
    if (find("unconfirmed").textContent !== text) find("unconfirmed").textContent = text;
  }

  const send = ({ candidate, key }) => connection.send({ candidate, key });
  const connection = stayConnected(() => "vote/socket?hello", {
    hello: () => ({ session: ballots.session }),
    received(message) {
      const { type, key, reason } = message;
      // They may have arrived before the connection was lost. Their keys show it.
      if (type === "counts") ballots.unconfirmed.forEach(send);
      if (ballots.unconfirmed.some((ballot) => ballot.key === key)) {
        ballots.unconfirmed = ballots.unconfirmed.filter((ballot) => ballot.key !== key);
        keep();
      }
      if (type !== "pong") find("refused").textContent = type === "refused" ? phrase`Not counted: ${reason}` : "";
      received(message);
    },
    refused: (reason) => (find("refused").textContent = reason),
    opened,
    closed: showUnconfirmed,
    transferred,
  });
  setInterval(() => {
    if (ballots.unconfirmed.some(({ cast }) => Date.now() - cast > USUAL_TIME)) showUnconfirmed();
  }, USUAL_TIME);

  return (candidate) => {
    const ballot = { candidate, key: randomKey(), cast: Date.now() };
    ballots.unconfirmed.push(ballot);
    keep();
    send(ballot);
    return ballot.key;
  };
}
