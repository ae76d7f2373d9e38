//! Document to Unit: the generated schema checked natively, rows kept where they are good.
