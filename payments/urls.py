from django.urls import path

from payments.bank_files import BANK_LIST, MOBILE_MONEY
from payments.views import accounts, batches, lines, orders, own_accounts, queue, screening, statements

app_name = "payments"

urlpatterns = [
    path("money/", queue.queue, name="money"),
    path("money/queue/", queue.queue, name="queue"),
    path("money/approve/", queue.approve_many, name="approve_many"),
    path("money/send/", queue.send_many, name="send_many"),
    path("money/orders/", queue.orders, name="orders"),
    path("money/orders/<slug:ref>/", orders.order, name="order"),
    path("money/orders/<slug:ref>/do/<slug:verb>/", orders.move, name="move"),
    path("money/batches/", queue.batches, name="batches"),
    path("money/batches/<slug:ref>/", batches.batch, name="batch"),
    path("money/batches/<slug:ref>/pain.001.xml", batches.pain_001, name="pain_001"),
    path("money/batches/<slug:ref>/bank-list.csv", batches.csv_list, {"profile": BANK_LIST}, name="bank_list"),
    path("money/batches/<slug:ref>/mobile-money.csv", batches.csv_list, {"profile": MOBILE_MONEY}, name="mobile_list"),
    path("money/accounts/new/", accounts.enter, name="enter_account"),
    path("money/accounts/<int:pk>/", accounts.account, name="account"),
    path("money/accounts/<int:pk>/confirm/", accounts.confirm, name="confirm_account"),
    path("money/accounts/<int:pk>/change/", accounts.change, name="change_account"),
    path("money/accounts/<int:pk>/close/", accounts.close, name="close_account"),
    path("money/accounts/<int:pk>/number/", accounts.number, name="account_number"),
    path("money/own-accounts/", own_accounts.own_accounts, name="own_accounts"),
    path("money/own-accounts/new/", own_accounts.enter_own, name="enter_own_account"),
    path("money/own-accounts/<int:pk>/", own_accounts.own_account, name="own_account"),
    path("money/own-accounts/<int:pk>/confirm/", own_accounts.confirm_own, name="confirm_own_account"),
    path("money/own-accounts/<int:pk>/close/", own_accounts.close_own, name="close_own_account"),
    path("money/orders/<slug:ref>/screening/", screening.screen_payee, name="screen_payee"),
    path("money/screening/", screening.screenings, name="screenings"),
    path("money/screening/load/", screening.load, name="load_list"),
    path("money/screening/matches/<int:pk>/", screening.match, name="match"),
    path("money/statements/", statements.statements, name="statements"),
    path("money/statements/load/", statements.load, name="load_statement"),
    path("money/statements/<int:pk>/", statements.statement, name="statement"),
    path("money/statements/<int:pk>/take/", statements.take, name="take_proposals"),
    path("money/statements/lines/<int:pk>/", statements.line, name="statement_line"),
    path("money/statements/lines/<int:pk>/do/<slug:verb>/", statements.move, name="statement_line_move"),
    path("money/lines/", lines.lines, name="lines"),
    path("money/lines/<slug:key>/", lines.line, name="line"),
    path("money/lines/<slug:key>/<slug:act>/", lines.line_act, name="line_act"),
]
