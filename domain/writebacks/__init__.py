"""Write-backs (发货回传): telling a platform that one of its orders has left."""
