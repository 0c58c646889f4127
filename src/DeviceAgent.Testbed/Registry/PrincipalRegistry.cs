namespace DeviceAgent.Testbed.Registry;

/// <summary>Which certificates belong to which things.</summary>
internal sealed class PrincipalRegistry(RegistryTables tables)
{
    public void Attach(string thingName, string certificateId, bool exclusive)
    {
        lock (tables.Gate)
        {
            RequireThing(thingName);
            RequireCertificate(certificateId);
            var others = tables.ThingAttachments.All.Where(a => a.CertificateId == certificateId && a.ThingName != thingName).ToList();
            if (others.Find(a => a.Exclusive || exclusive) is { } other)
            {
                throw RegistryException.InvalidRequest(other.Exclusive
                    ? $"The principal is exclusively attached to thing {other.ThingName}; detach it there first."
                    : $"The principal is attached to thing {other.ThingName}, so it cannot be attached exclusively to {thingName}.");
            }

            var attachment = new ThingAttachment(thingName, certificateId, exclusive);
            tables.ThingAttachments.Put(attachment.Id, attachment);
        }
    }

    /// <summary>Detaching what is not attached changes nothing.</summary>
    public void Detach(string thingName, string certificateId)
    {
        lock (tables.Gate)
        {
            RequireThing(thingName);
            RequireCertificate(certificateId);
            tables.ThingAttachments.Delete(ThingAttachment.IdOf(thingName, certificateId));
        }
    }

    public IReadOnlyList<ThingAttachment> OfThing(string thingName)
    {
        lock (tables.Gate)
        {
            RequireThing(thingName);
            return tables.ThingAttachments.StartingWith(ThingAttachment.IdOf(thingName, ""));
        }
    }

    public IReadOnlyList<ThingAttachment> OfCertificate(string certificateId)
    {
        lock (tables.Gate)
        {
            RequireCertificate(certificateId);
            return [.. tables.ThingAttachments.All.Where(a => a.CertificateId == certificateId)];
        }
    }

    private void RequireThing(string name)
    {
        if (tables.Things.Find(NameRules.ThingName(name)) is null) throw RegistryException.NotFound($"Thing {name} cannot be found.");
    }

    private void RequireCertificate(string id)
    {
        if (tables.Certificates.Find(id) is null)
            throw RegistryException.NotFound($"The certificate given in the principal does not exist. ({DeviceCertificateRecord.ArnOf(id)})");
    }
}

/// <summary>A certificate attached to a thing; exclusively, when it may belong to no other thing.</summary>
internal sealed record ThingAttachment(string ThingName, string CertificateId, bool Exclusive)
{
    public string Id => IdOf(ThingName, CertificateId);

    public string PrincipalType => Exclusive ? "EXCLUSIVE_THING" : "NON_EXCLUSIVE_THING";

    public static string IdOf(string thingName, string certificateId) => $"{thingName}/{certificateId}";
}
