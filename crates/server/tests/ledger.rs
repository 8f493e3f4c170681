//! The ledger's own guards, in the database: what no code of ours would do is refused there, too.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/world.rs"]
mod world;

use gabarit_server::{db::Exec, on};
use world::{World, days, in_worlds};

const HEAD: &str = "INSERT INTO ledger_transaction (id, dedup_key, kind, at) SELECT id, 'planted', 'planted', created_at \
    FROM booking LIMIT 1";
const DEBIT: &str = "INSERT INTO ledger_entry (transaction_id, line, account, amount) \
    SELECT id, 1, 'deposits', 500 FROM ledger_transaction WHERE kind = 'planted'";
const CREDIT: &str = "INSERT INTO ledger_entry (transaction_id, line, account, amount) \
    SELECT id, 2, 'bank', -500 FROM ledger_transaction WHERE kind = 'planted'";
const MORE: &str = "INSERT INTO ledger_entry (transaction_id, line, account, amount) \
    SELECT id, 3, 'bank', -1 FROM ledger_transaction WHERE kind = 'planted'";

/// Whether a database transaction of these statements is committed.
async fn commits(world: &World, statements: &[&'static str]) -> bool {
    let mut tx = world.p.db.begin().await.unwrap();
    for sql in statements {
        let exec: &mut Exec<'_> = &mut tx.exec();
        if on!(exec, |c| sqlx::query(*sql).execute(c).await.map(drop)).is_err() {
            return false;
        }
    }
    tx.commit().await.is_ok()
}

/// Invariant 3: a transaction that does not sum to nought is not committed, in whatever order its entries come; and what
/// was posted is neither changed nor removed.
#[tokio::test]
async fn the_database_keeps_the_books() {
    in_worlds(async |world| {
        let mut booking = world.hold(&world.order(days("2026-12-01", 2))).await;
        world.pay(&mut booking).await;
        let before = world.count("SELECT COUNT(*) FROM ledger_entry").await;
        assert!(!commits(&world, &[HEAD, DEBIT]).await, "one side only");
        assert!(!commits(&world, &[HEAD, DEBIT, CREDIT, MORE]).await, "a cent too many");
        assert_eq!(world.count("SELECT COUNT(*) FROM ledger_transaction WHERE kind = 'planted'").await, 0);
        assert!(commits(&world, &[HEAD, CREDIT, DEBIT]).await, "balanced");
        assert!(!commits(&world, &[MORE]).await, "later, too");
        assert!(!commits(&world, &[HEAD]).await, "the same cause twice");
        for forged in [
            "UPDATE ledger_entry SET amount = amount + 1",
            "UPDATE ledger_entry SET amount = -amount",
            "UPDATE ledger_entry SET account = 'revenue'",
            "UPDATE ledger_transaction SET kind = 'x'",
            "DELETE FROM ledger_entry",
            "DELETE FROM ledger_transaction WHERE kind = 'planted'",
        ] {
            assert!(!commits(&world, &[forged]).await, "{forged}");
        }
        assert_eq!(world.count("SELECT COUNT(*) FROM ledger_entry").await, before + 2);
        assert_eq!(world.count("SELECT CAST(SUM(amount) AS BIGINT) FROM ledger_entry").await, 0);
    })
    .await;
}

/// The managers' log is append-only, too.
#[tokio::test]
async fn the_log_is_only_added_to() {
    in_worlds(async |world| {
        let add = "INSERT INTO desk_log (id, at, actor_id, action, subject, detail) \
            SELECT id, created_at, id, 'planted', 'x', '' FROM account LIMIT 1";
        assert!(commits(&world, &[add]).await);
        assert!(!commits(&world, &["UPDATE desk_log SET action = 'y'"]).await);
        assert!(!commits(&world, &["DELETE FROM desk_log"]).await);
        assert_eq!(world.count("SELECT COUNT(*) FROM desk_log").await, 1);
    })
    .await;
}
