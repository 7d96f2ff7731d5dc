"""Every table of the shop, as one metadata object with named constraints. Importing a module registers its tables."""

from sqlmodel import SQLModel

import domain.aftersales.model
import domain.audit
import domain.catalog.model
import domain.confirmations
import domain.costing.model
import domain.customers.model
import domain.exceptions.model
import domain.finance.model
import domain.fulfilment.model
import domain.importing.model
import domain.inventory.model
import domain.inventory.watch
import domain.jobs
import domain.language.model
import domain.learning.model
import domain.marketing.model
import domain.messaging.gates
import domain.messaging.model
import domain.orders.model
import domain.people
import domain.purchasing.model
import domain.transfers.model
import domain.writebacks.model  # noqa: F401
import storage.identity
import storage.names_version
import storage.rollup_tables  # noqa: F401

metadata = SQLModel.metadata
